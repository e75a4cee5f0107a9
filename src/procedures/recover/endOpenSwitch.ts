import { atWorkOn, Claim } from '../../capabilities/journal/claim.ts';
import { Journal } from '../../capabilities/journal/journal.ts';
import { pollUntil } from '../engine/waiting.ts';
import type { SwitchContext } from '../switch/context.ts';
import { type Recovered, recover } from './index.ts';
import type { Knowledge } from './observe.ts';

/**
 * For the wrapper, once MHA has ended: waits for a hook that is still at work (after a signal it undoes by itself), and
 * ends what it leaves. Undefined if the hook has closed the journal.
 */
export async function endOpenSwitch(
  context: SwitchContext,
  path: string,
  { by, ...knowledge }: Knowledge & { readonly by: string },
): Promise<Recovered | undefined> {
  const limitMs = context.settings.undoMs + 10_000;
  await pollUntil(context, { stepMs: 100, limitMs, what: 'the hook script to end' }, async () =>
    Journal.loadIfThere(path) ? atWorkOn(path) : undefined,
  );
  return claimed(path, by, [], (journal) => recover(context, journal, knowledge));
}

/**
 * Works on a journal with its claim held, as it is then; undefined if somebody else has closed it.
 * @throws Refused if somebody else is at work on it.
 */
export async function claimed<Result>(
  path: string,
  by: string,
  deadHosts: readonly string[],
  work: (journal: Journal) => Promise<Result>,
): Promise<Result | undefined> {
  const claim = Claim.take(path, by, deadHosts);
  try {
    const journal = Journal.loadIfThere(path);
    return journal && (await work(journal));
  } finally {
    claim.release();
  }
}
