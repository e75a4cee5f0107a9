import { messageOf } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import { JournalChanged } from '../../capabilities/journal/store.ts';
import type { Observed } from '../../cluster/observe.ts';
import { undoSteps } from '../engine/undo.ts';
import { alignServers } from '../finish/index.ts';
import { UNDO_STEPS } from '../stop/steps.ts';
import { grantsIn } from '../switch/captured.ts';
import { type SwitchContext, undoing } from '../switch/context.ts';
import { type Decision, decide, type Situation } from './decide.ts';
import { type Knowledge, lookAtServers, situationOf } from './observe.ts';

/** How a switch was ended, or why not. `open`: something is owed, and the journal stays open. */
export interface Recovered {
  readonly decision: Decision;
  readonly problems: readonly string[];
  readonly open: boolean;
}

/** What {@link recover} would do now. */
export async function plan(context: SwitchContext, journal: Journal, knowledge: Knowledge): Promise<Decision> {
  return decide(await situationOf(await lookAtServers(context), journal, knowledge));
}

/**
 * Ends a switch that never ended: looks, decides, acts, reads back, closes the journal. May be killed at any time and run again,
 * with the same result. The caller holds the journal's claim.
 */
export async function recover(context: SwitchContext, journal: Journal, knowledge: Knowledge): Promise<Recovered> {
  const { reason } = knowledge;
  if (reason !== undefined && !journal.data.notes.includes(reason)) journal.data.notes.push(reason);
  const looked = await lookAtServers(context);
  for (const { server, failure } of looked) {
    if (failure && failure.code !== 'ECONNREFUSED') context.sessions.noteSilent(server, failure.text);
  }
  const situation = await situationOf(looked, journal, knowledge);
  const decision = decide(situation);
  context.log.info(`${journal.data.id}: ${decision.why}`);
  return carryOut(decision, { context: undoing(context, grantsIn(journal)), journal, looked, situation, knowledge });
}

interface Known {
  readonly context: SwitchContext;
  readonly journal: Journal;
  readonly looked: readonly Observed[];
  readonly situation: Situation;
  readonly knowledge: Knowledge;
}

async function carryOut(decision: Decision, known: Known): Promise<Recovered> {
  if (decision.action === 'keep') return { decision, problems: [`${decision.why}; ${decision.advice}`], open: true };
  try {
    if (decision.action === 'undo') return await undo(decision, known);
    if (decision.action === 'finish') return await finish(decision, known);
    await known.journal.close(decision.phase, known.context.clock.now());
    return { decision, problems: [], open: false };
  } catch (error) {
    return { decision, problems: [messageOf(error)], open: true };
  }
}

/** If the servers change meanwhile, it is decided again. */
async function undo(decision: Extract<Decision, { action: 'undo' }>, known: Known): Promise<Recovered> {
  const { context, journal, looked, knowledge } = known;
  if (!journal.data.notes.includes(decision.why)) journal.data.notes.push(decision.why);
  const { newMaster } = known.situation;
  let otherwise: Decision | undefined;
  const problems = await undoSteps(UNDO_STEPS, context, journal, {
    ...(newMaster.state === 'dead' || newMaster.saidDown ? { newMasterStays: 'the server is down' } : {}),
    objection: async () => {
      const now = decide(await situationOf(await lookAtServers(context, looked), journal, knowledge));
      // Out of time no server can be asked, which says nothing about them.
      if (now.action === 'undo' || now.action === 'close' || context.signal.aborted) return undefined;
      // If the original master cannot be asked now, that is no reason to leave it closed.
      if (now.action === 'keep' && now.failOver !== undefined) return undefined;
      otherwise = now;
      return now.why;
    },
  });
  if (!otherwise) return { decision, problems, open: problems.length > 0 };
  context.log.warning(`the servers were changed meanwhile: ${otherwise.why}`);
  const ended = await carryOut(otherwise, known);
  return ended.open ? { ...ended, problems: [...new Set([...ended.problems, ...problems])] } : ended;
}

/** If the master was moved while the servers were aligned with it, they are aligned with the present one. */
async function finish(decision: Extract<Decision, { action: 'finish' }>, known: Known): Promise<Recovered> {
  const { context, journal, knowledge } = known;
  const open = known.looked.find(({ server }) => nameOf(server) === decision.master);
  const aligned = open ? withNewMaster(context, open.server) : context;
  // The server is open anyway: if that cannot be noted, everybody gets their privileges all the same.
  const unwritten = await journal.noteOpened(aligned.newMaster).then(
    () => [],
    (error) => {
      if (error instanceof JournalChanged) throw error;
      return [`the journal ${journal.path} cannot be written: ${messageOf(error)}`];
    },
  );
  const problems = [...unwritten, ...(await alignServers(aligned, journal, knowledge))];
  const looked = await lookAtServers(context);
  const situation = await situationOf(looked, journal, knowledge);
  const now = decide(situation);
  if (now.action !== 'finish' || now.master !== decision.master) return carryOut(now, { ...known, looked, situation });
  if (problems.length === 0) await journal.close('finished', context.clock.now());
  return { decision, problems, open: problems.length > 0 };
}

/** The same switch, with the open server as its new master. */
export function withNewMaster(context: SwitchContext, open: Target): SwitchContext {
  const others = [context.newMaster, ...context.replicas].filter((server) => server !== open);
  return { ...context, newMaster: open, replicas: others };
}
