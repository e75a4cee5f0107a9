import { messageOf } from '../../base/errors.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import { grantsIn } from '../../capabilities/journal/openJournals.ts';
import { type SwitchContext, undoing } from '../context.ts';
import { finishSwitch } from '../finish.ts';
import { undoSteps } from '../runner.ts';
import { UNDO_STEPS } from '../stop/index.ts';
import { type Decision, decide } from './decide.ts';
import { type Knowledge, observe } from './observe.ts';

/** How a switch was ended, or why it was not. `open`: the journal stays, and something is owed. */
export interface Recovered {
  readonly decision: Decision;
  readonly problems: readonly string[];
  readonly open: boolean;
}

/** What would be done now, without doing it. */
export async function plan(context: SwitchContext, journal: Journal, knowledge: Knowledge): Promise<Decision> {
  return decide(await observe(context, journal, knowledge));
}

/**
 * Ends a switch that never ended: looks, decides, acts, reads back, closes the journal. May be killed anywhere and run
 * again, with the same end. The caller holds the journal's claim.
 */
export async function recover(context: SwitchContext, journal: Journal, knowledge: Knowledge): Promise<Recovered> {
  const safely = undoing(context, grantsIn(journal));
  const decision = await plan(safely, journal, knowledge);
  const { action, why } = decision;
  context.log.info(`${journal.data.id}: ${why}`);
  if (action === 'keep') return { decision, problems: [`${why}; ${decision.advice}`], open: true };
  try {
    const problems = await act({ action, why }, safely, journal, knowledge);
    return { decision, problems, open: problems.length > 0 };
  } catch (error) {
    return { decision, problems: [messageOf(error)], open: true };
  }
}

async function act(
  { action, why }: { readonly action: 'close' | 'undo' | 'finish'; readonly why: string },
  context: SwitchContext,
  journal: Journal,
  knowledge: Knowledge,
): Promise<string[]> {
  if (action === 'undo') {
    if (!journal.data.notes.includes(why)) journal.data.notes.push(why);
    return undoSteps(UNDO_STEPS, context, journal);
  }
  if (action === 'finish') return finishSwitch(context, journal, knowledge.replicationMs ?? 0);
  journal.close('undone', context.clock.now());
  return [];
}
