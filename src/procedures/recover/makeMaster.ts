import { HelperError, messageOf, Refused } from '../../base/errors.ts';
import { nameOf, sameEndpoint, type Target } from '../../base/server.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import { closeServer, setReadOnly } from '../../capabilities/readOnly.ts';
import { endUnfinished } from '../../capabilities/sessions/unfinished.ts';
import type { Observed } from '../../cluster/observe.ts';
import { undoSteps } from '../engine/undo.ts';
import { eventsOffElsewhere } from '../finish/events.ts';
import { finishSwitch } from '../finish/index.ts';
import { UNDO_STEPS } from '../stop/steps.ts';
import { grantsIn } from '../switch/captured.ts';
import { type SwitchContext, undoing } from '../switch/context.ts';
import type { Decision } from './decide.ts';
import { type Recovered, withNewMaster } from './index.ts';
import { type Knowledge, lookAtServers } from './observe.ts';

/**
 * Ends an open switch with the master that the operator names: closes every other server that takes writes, opens this one, and
 * aligns privileges and events with it. The way out of every state in which the servers do not show which one is the master.
 * The caller holds the journal's claim.
 * @throws Refused, with nothing changed, if the server cannot be asked, or another one cannot that may be taking writes.
 */
export async function makeMaster(
  unlimited: SwitchContext,
  journal: Journal,
  chosen: Target,
  knowledge: Knowledge,
): Promise<Recovered> {
  const context = undoing(unlimited, grantsIn(journal));
  const looked = await lookAtServers(context);
  refuseUnknown(looked, chosen, knowledge);
  const why = `${nameOf(chosen)} is to be the master, by the operator's word`;
  journal.data.notes.push(why);
  context.log.info(`${journal.data.id}: ${why}`);
  for (const { server, identity } of looked)
    if (identity && !identity.readOnly && !sameEndpoint(server, chosen)) await close(context, server);
  const isOrig = sameEndpoint(chosen, context.origMaster);
  const problems = await (isOrig ? putBack(context, journal, looked) : open(context, journal, chosen, knowledge));
  const decision: Decision = isOrig ? { action: 'undo', why } : { action: 'finish', why, master: nameOf(chosen) };
  return { decision, problems, open: problems.length > 0 };
}

function refuseUnknown(looked: readonly Observed[], chosen: Target, { saidDown = [] }: Knowledge): void {
  const reasons = looked.flatMap(({ server, failure }) => {
    if (!failure) return [];
    if (sameEndpoint(server, chosen)) return [`${failure.why}: it cannot be made the master`];
    if (saidDown.some((down) => sameEndpoint(down, server))) return [];
    const way = `Make sure that it is down, and add --is_down=${nameOf(server)}`;
    return [`${failure.why}: it may be taking writes, or come back open. ${way}`];
  });
  if (reasons.length > 0) throw new Refused(reasons);
}

async function close(context: SwitchContext, server: Target): Promise<void> {
  try {
    await closeServer(await context.sessions.of(server));
    context.log.info(`${nameOf(server)}: read_only on`);
  } catch (error) {
    throw new HelperError(`${messageOf(error)}. No server was opened; close ${nameOf(server)} and try again`);
  }
}

/** The original master goes on: `stop` is undone, and the server takes writes even if it did not before. */
async function putBack(context: SwitchContext, journal: Journal, looked: readonly Observed[]): Promise<string[]> {
  const next = looked.find(({ server }) => server === context.newMaster)?.identity;
  const wasOpen = next?.readOnly === false || journal.data.opened !== undefined || !(await journal.isUnopened());
  const stays = next ? 'it stays read_only, since it may have been the master' : 'the server is down';
  const left = await undoSteps(UNDO_STEPS, context, journal, {
    ...(wasOpen || !next ? { newMasterStays: stays } : {}),
    objection: async () => undefined,
  });
  await makeWritable(context, context.origMaster);
  await eventsOffElsewhere(context, journal, context.origMaster);
  return left;
}

async function open(context: SwitchContext, journal: Journal, chosen: Target, knowledge: Knowledge): Promise<string[]> {
  await journal.noteOpened(chosen, 'started');
  await makeWritable(context, chosen);
  return finishSwitch(withNewMaster(context, chosen), journal, knowledge);
}

async function makeWritable(context: SwitchContext, server: Target): Promise<void> {
  const session = await endUnfinished(await context.sessions.of(server));
  await setReadOnly(session, { readOnly: false });
  context.log.info(`${nameOf(server)}: read_only off, it takes writes`);
}
