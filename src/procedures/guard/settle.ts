import { messageOf } from '../../base/errors.ts';
import { Journal } from '../../capabilities/journal/journal.ts';
import { endOpenSwitch } from '../recover/endOpenSwitch.ts';
import type { Recovered } from '../recover/index.ts';
import type { SwitchContext } from '../switch/context.ts';
import type { GuardEnd } from './index.ts';

/** For the first look at the servers, with nobody able to write: one that hangs must not prolong that. */
export const FIRST_LOOK_MS = 700;
const BETWEEN_TRIES_MS = 1000;
const DIED = 'MHA ended before start had done its work';

/**
 * Ends a switch whose MHA is dead, by the recovery's own decision, and tries again within `undo_timeout` if something is left:
 * a server may come back. Resolves with how it ended; undefined if nothing was open any more, or
 * somebody else has closed it.
 */
export async function settleSwitch(context: SwitchContext, end: GuardEnd): Promise<Recovered | undefined> {
  const { clock, journals, log, settings, origMaster } = context;
  // Nobody repoints the original master any more, so replication brings nothing back to it.
  const knowledge = { by: 'the guardian', ownRun: end.awake, replicationMs: 0, reason: end.ended ?? DIED };
  const until = clock.ticks() + settings.undoMs;
  let looking: SwitchContext = { ...context, lookMs: FIRST_LOOK_MS };
  let last: Recovered | undefined;
  let said = '';
  const sayOnce = (problems: readonly string[]) => {
    if (problems.join('\n') !== said) for (const problem of problems) log.warning(problem);
    said = problems.join('\n');
  };
  for (;;) {
    try {
      const journal = await Journal.load(journals, journals.pathOf(origMaster));
      if (!journal) return last && { ...last, open: false };
      last = (await endOpenSwitch(looking, journal, knowledge)) ?? last;
      if (last?.open !== true) return last;
      sayOnce(last.problems);
    } catch (error) {
      sayOnce([messageOf(error)]);
    }
    if (clock.ticks() >= until) return last ?? notTried(said);
    looking = context;
    await clock.sleep(BETWEEN_TRIES_MS);
  }
}

/** Each try was refused, or failed before anything was decided. */
function notTried(why: string): Recovered {
  return { decision: { action: 'keep', why, advice: 'run mha_recover' }, problems: [why], open: true };
}
