import { messageOf } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import type { Observed } from '../../cluster/observe.ts';
import { undoSteps } from '../engine/undo.ts';
import { alignServers } from '../finish/index.ts';
import { UNDO_STEPS } from '../stop/steps.ts';
import { grantsIn } from '../switch/captured.ts';
import { type SwitchContext, undoing } from '../switch/context.ts';
import { type Decision, decide } from './decide.ts';
import { type Knowledge, lookAtServers, situationOf } from './observe.ts';

/** How a switch was ended, or why it was not. `open`: the journal stays, and something is owed. */
export interface Recovered {
  readonly decision: Decision;
  readonly problems: readonly string[];
  readonly open: boolean;
}

/** What would be done now, without doing it. */
export async function plan(context: SwitchContext, journal: Journal, knowledge: Knowledge): Promise<Decision> {
  return decide(await situationOf(await lookAtServers(context), journal, knowledge));
}

/**
 * Ends a switch that never ended: looks, decides, acts, reads back, closes the journal. May be killed anywhere and run
 * again, with the same end. The caller holds the journal's claim.
 */
export async function recover(context: SwitchContext, journal: Journal, knowledge: Knowledge): Promise<Recovered> {
  const looked = await lookAtServers(context);
  const decision = decide(await situationOf(looked, journal, knowledge));
  context.log.info(`${journal.data.id}: ${decision.why}`);
  return carryOut(decision, undoing(context, grantsIn(journal)), journal, { looked, knowledge });
}

async function carryOut(
  decision: Decision,
  context: SwitchContext,
  journal: Journal,
  known: Known,
): Promise<Recovered> {
  if (decision.action === 'keep') return { decision, problems: [`${decision.why}; ${decision.advice}`], open: true };
  try {
    if (decision.action === 'undo') return await undo(decision, context, journal, known);
    if (decision.action === 'finish') return await finish(decision, context, journal, known);
    await journal.close(decision.phase, context.clock.now());
    return { decision, problems: [], open: false };
  } catch (error) {
    return { decision, problems: [messageOf(error)], open: true };
  }
}

/** If the servers turn out to be others than they were at first, what they are then decides. */
async function undo(
  decision: Extract<Decision, { action: 'undo' }>,
  context: SwitchContext,
  journal: Journal,
  known: Known,
): Promise<Recovered> {
  if (!journal.data.notes.includes(decision.why)) journal.data.notes.push(decision.why);
  const { newMaster } = await situationOf(known.looked, journal, known.knowledge);
  let otherwise: Decision | undefined;
  const problems = await undoSteps(UNDO_STEPS, context, journal, {
    ...(newMaster.state === 'dead' || newMaster.saidDown ? { newMasterStays: 'the server is down' } : {}),
    objection: async () => {
      const now = decide(await situationOf(await lookAtServers(context, known.looked), journal, known.knowledge));
      // Out of time, no server could be asked: that says nothing about them.
      if (now.action === 'undo' || now.action === 'close' || context.signal.aborted) return undefined;
      // That the original master cannot be asked now is no reason to leave it closed.
      if (now.action === 'keep' && now.failOver !== undefined) return undefined;
      otherwise = now;
      return now.why;
    },
  });
  if (!otherwise) return { decision, problems, open: problems.length > 0 };
  context.log.warning(`the servers were changed meanwhile: ${otherwise.why}`);
  const ended = await carryOut(otherwise, context, journal, known);
  return ended.open ? { ...ended, problems: [...new Set([...ended.problems, ...problems])] } : ended;
}

interface Known {
  readonly looked: readonly Observed[];
  readonly knowledge: Knowledge;
}

/** If the master was moved while the servers were aligned with it, they are aligned with the one that is it now. */
async function finish(
  decision: Extract<Decision, { action: 'finish' }>,
  context: SwitchContext,
  journal: Journal,
  known: Known,
): Promise<Recovered> {
  const open = known.looked.find(({ server }) => nameOf(server) === decision.master);
  const aligned = open ? withNewMaster(context, open.server) : context;
  // The server is open anyway: that it cannot be noted must not keep anybody from their rights.
  const unwritten = await journal.noteOpened(aligned.newMaster).then(
    () => [],
    (error) => [`the journal ${journal.path} cannot be written: ${messageOf(error)}`],
  );
  const problems = [...unwritten, ...(await alignServers(aligned, journal, known.knowledge))];
  const looked = await lookAtServers(context);
  const now = decide(await situationOf(looked, journal, known.knowledge));
  if (now.action !== 'finish' || now.master !== decision.master)
    return carryOut(now, context, journal, { ...known, looked });
  if (problems.length === 0) await journal.close('finished', context.clock.now());
  return { decision, problems, open: problems.length > 0 };
}

/** The same switch with the server as its new master that was found to be open. */
export function withNewMaster(context: SwitchContext, open: Target): SwitchContext {
  const others = [context.newMaster, ...context.replicas].filter((server) => server !== open);
  return { ...context, newMaster: open, replicas: others };
}
