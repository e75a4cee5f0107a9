import type { Journal } from '../../capabilities/journal/journal.ts';
import { pollUntil } from '../engine/waiting.ts';
import type { SwitchContext } from '../switch/context.ts';
import { type Recovered, recover } from './index.ts';
import type { Knowledge } from './observe.ts';

/**
 * For the wrapper, once MHA has ended: waits for a hook that is still at work (after a signal it undoes by itself), then ends
 * the switch. Undefined if the hook has closed the journal.
 */
export async function endOpenSwitch(
  context: SwitchContext,
  journal: Journal,
  { by, ...knowledge }: Knowledge & { readonly by: string },
): Promise<Recovered | undefined> {
  const limitMs = context.settings.undoMs + 10_000;
  await pollUntil(context, { stepMs: 100, limitMs, what: 'the hook script to end' }, async () =>
    (await journal.latest()) ? journal.atWork() : undefined,
  );
  return claimed(journal, by, [], (latest) => recover(context, latest, knowledge));
}

/** Works on the latest journal under its claim; undefined if somebody has closed it. @throws Refused if it is claimed already. */
export async function claimed<Result>(
  journal: Journal,
  by: string,
  deadHosts: readonly string[],
  work: (latest: Journal) => Promise<Result>,
): Promise<Result | undefined> {
  const claim = await journal.claim(by, deadHosts);
  try {
    const latest = await journal.latest();
    return latest && (await work(latest));
  } finally {
    await claim.release();
  }
}
