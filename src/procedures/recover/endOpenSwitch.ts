import { claim } from '../../capabilities/claim.ts';
import { Journal } from '../../capabilities/journal/journal.ts';
import type { SwitchContext } from '../context.ts';
import { every } from '../waiting.ts';
import { type Recovered, recover } from './index.ts';
import { type Knowledge, runningProcesses } from './observe.ts';

/**
 * For the wrapper, once MHA has ended: waits for a hook that is still at work (after a signal it undoes by itself), and
 * ends what it leaves. Undefined where the hook has closed the journal.
 */
export async function endOpenSwitch(
  context: SwitchContext,
  path: string,
  knowledge: Knowledge,
): Promise<Recovered | undefined> {
  const limitMs = context.settings.undoMs + 10_000;
  await every(context, { stepMs: 100, limitMs, what: 'the hook script to end' }, async () => {
    const journal = Journal.loadIfThere(path);
    const running = journal ? runningProcesses(journal, knowledge) : [];
    return running.length > 0 ? running.join(', ') : undefined;
  });
  if (!Journal.loadIfThere(path)) return undefined;
  const release = claim(path);
  try {
    const journal = Journal.loadIfThere(path);
    return journal && (await recover(context, journal, knowledge));
  } finally {
    release();
  }
}
