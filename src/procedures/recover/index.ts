import { messageOf } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import { grantsIn } from '../../capabilities/journal/openJournals.ts';
import { type SwitchContext, undoing } from '../context.ts';
import { finishSwitch } from '../finish.ts';
import { UNDO_STEPS } from '../stop/steps.ts';
import { type Conditions, undoSteps } from '../undo.ts';
import { type Decision, decide } from './decide.ts';
import { type Knowledge, type Looked, lookAtServers, situationOf } from './observe.ts';

/** How a switch was ended, or why it was not. `open`: the journal stays, and something is owed. */
export interface Recovered {
  readonly decision: Decision;
  readonly problems: readonly string[];
  readonly open: boolean;
}

/** What would be done now, without doing it. */
export async function plan(context: SwitchContext, journal: Journal, knowledge: Knowledge): Promise<Decision> {
  return decide(situationOf(await lookAtServers(context), journal, knowledge));
}

/**
 * Ends a switch that never ended: looks, decides, acts, reads back, closes the journal. May be killed anywhere and run
 * again, with the same end. The caller holds the journal's claim.
 */
export async function recover(context: SwitchContext, journal: Journal, knowledge: Knowledge): Promise<Recovered> {
  const safely = undoing(context, grantsIn(journal));
  const looked = await lookAtServers(safely);
  const decision = decide(situationOf(looked, journal, knowledge));
  context.log.info(`${journal.data.id}: ${decision.why}`);
  if (decision.action === 'keep') return { decision, problems: [`${decision.why}; ${decision.advice}`], open: true };
  try {
    const problems = await act(decision, safely, journal, { looked, knowledge });
    return { decision, problems, open: problems.length > 0 };
  } catch (error) {
    return { decision, problems: [messageOf(error)], open: true };
  }
}

interface Known {
  readonly looked: readonly Looked[];
  readonly knowledge: Knowledge;
}

async function act(
  decision: Exclude<Decision, { action: 'keep' }>,
  context: SwitchContext,
  journal: Journal,
  { looked, knowledge }: Known,
): Promise<string[]> {
  if (decision.action === 'undo') {
    if (!journal.data.notes.includes(decision.why)) journal.data.notes.push(decision.why);
    return undoSteps(UNDO_STEPS, context, journal, conditionsOf(context, journal, { looked, knowledge }));
  }
  if (decision.action === 'finish') {
    const open = looked.find(({ server }) => nameOf(server) === decision.master);
    return finishSwitch(open ? withNewMaster(context, open.server) : context, journal, knowledge);
  }
  journal.close(decision.phase, context.clock.now());
  return [];
}

/** The same switch with the server as its new master that was found to be open. */
export function withNewMaster(context: SwitchContext, open: Target): SwitchContext {
  const others = [context.newMaster, ...context.replicas].filter((server) => server !== open);
  return { ...context, newMaster: open, replicas: others };
}

/** Looks at the servers again before each step; one that could not be asked before is not waited for again. */
function conditionsOf(context: SwitchContext, journal: Journal, { looked, knowledge }: Known): Conditions {
  const { newMaster } = situationOf(looked, journal, knowledge);
  return {
    newMasterIsDown: newMaster.state === 'dead' || newMaster.saidDown === true,
    objection: async () => {
      const decision = decide(situationOf(await lookAtServers(context, looked), journal, knowledge));
      if (decision.action === 'undo' || decision.action === 'close') return undefined;
      return decision.action === 'keep' ? `${decision.why}; ${decision.advice}` : decision.why;
    },
  };
}
