import { messageOf } from '../../base/errors.ts';
import { type Endpoint, endpointOf, nameOf, sameEndpoint, type Target } from '../../base/server.ts';
import { missing } from '../../capabilities/accounts/shutOut/block.ts';
import type { Blocked } from '../../capabilities/accounts/shutOut/blocked.ts';
import { restore } from '../../capabilities/accounts/shutOut/restore.ts';
import { readEvents, type ScheduledEvent, sameEvent, setEvents } from '../../capabilities/events/events.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import { endUnfinished } from '../../capabilities/sessions/unfinished.ts';
import { pollUntil } from '../engine/waiting.ts';
import type { Knowledge } from '../recover/observe.ts';
import { disabledSince } from '../start/disabledSince.ts';
import { EVENTS_OFF, revokeStateIn } from '../switch/captured.ts';
import type { SwitchContext } from '../switch/context.ts';
import { stillDue } from '../switch/givePrivilegesBack.ts';

/**
 * Ends a switch whose new master (the context's) is open: everybody who was shut out has at the original master what they
 * have at the new one, given directly with the binlog off if replication did not bring it within `replicationMs`; events
 * are on at the new master and off at the original one. Nobody's read_only is touched. Closes the journal when all is well;
 * returns what is not. A server that is said to be down for good is left out, and that is noted.
 */
export async function finishSwitch(
  context: SwitchContext,
  journal: Journal,
  knowledge: Pick<Knowledge, 'replicationMs' | 'saidDown'>,
): Promise<string[]> {
  const left = await alignServers(context, journal, knowledge);
  if (left.length === 0) journal.close('finished', context.clock.now());
  return left;
}

/** As {@link finishSwitch}, without closing the journal. */
export async function alignServers(
  context: SwitchContext,
  journal: Journal,
  { replicationMs = 0, saidDown = [] }: Pick<Knowledge, 'replicationMs' | 'saidDown'>,
): Promise<string[]> {
  const at = context.clock.now().toISOString();
  const began = context.clock.ticks();
  const isLeftOut = saidDown.some((server) => sameEndpoint(server, context.origMaster));
  const left = [
    ...(await attempt(context.newMaster, () => eventsOn(context, journal))),
    ...(isLeftOut
      ? leaveOut(context, journal)
      : await attempt(context.origMaster, () => level(context, journal, replicationMs))),
  ];
  await eventsOffElsewhere(context, journal, context.newMaster);
  journal.data.finish = { at, ms: Math.round(context.clock.ticks() - began) };
  journal.data.opened = endpointOf(context.newMaster);
  return left;
}

async function attempt(server: Target, work: () => Promise<readonly string[]>): Promise<string[]> {
  try {
    return (await work()).map((left) => `${nameOf(server)}: left to do: ${left}`);
  } catch (error) {
    const advice = `mend that and run mha_recover again; if it is down for good: mha_recover --is_down=${nameOf(server)}`;
    return [`${nameOf(server)}: ${messageOf(error)}; ${advice}`];
  }
}

function leaveOut(context: SwitchContext, journal: Journal): string[] {
  tell(context, journal, [
    `${nameOf(context.origMaster)} is down for good: its accounts and events were left as they are`,
  ]);
  return [];
}

function tell({ log }: SwitchContext, journal: Journal, notes: readonly string[]): void {
  for (const note of notes) log.warning(note);
  journal.data.notes.push(...notes.filter((note) => !journal.data.notes.includes(note)));
}

function wereOn(journal: Journal): readonly ScheduledEvent[] {
  return journal.captured(EVENTS_OFF) ?? [];
}

/** An event that somebody has switched off or dropped since stays so, at the latest since `start` switched all on. */
async function eventsOn(context: SwitchContext, journal: Journal): Promise<string[]> {
  if (isSame(journal.data.start?.eventsOn, context.newMaster)) return [];
  const session = await context.sessions.withoutBinlog(context.newMaster);
  const here = await readEvents(session);
  const since = await disabledSince(context, wereOn(journal));
  const due = wereOn(journal).filter((event) => !since.some((b) => sameEvent(b, event)));
  tell(
    context,
    journal,
    since.map((e) => `event ${e.schema}.${e.name} was disabled since the switch began, and is left so`),
  );
  const off = here.filter((e) => e.status === 'SLAVESIDE_DISABLED' && due.some((b) => sameEvent(b, e)));
  return setEvents(session, off, 'ENABLED');
}

/** The original master's accounts, then its events: one after the other, since both use one session. */
async function level(context: SwitchContext, journal: Journal, replicationMs: number): Promise<readonly string[]> {
  const state = revokeStateIn(journal);
  const witness = await context.sessions.withoutBinlog(context.newMaster).catch(() => undefined);
  const { due, notes } = await stillDue(context, state, witness);
  tell(context, journal, notes);
  if (replicationMs > 0) await waitForReplication(context, due, replicationMs);
  const session = await endUnfinished(await context.sessions.withoutBinlog(context.origMaster));
  const lacking = await missing(session, due);
  const name = nameOf(context.origMaster);
  if (lacking.length > 0)
    context.log.warning(`${name}: ${lacking.length} grants missing; giving them directly, with the binlog off`);
  const { left, gone } = await restore(session, due);
  tell(
    context,
    journal,
    gone.map((note) => `${name}: ${note}`),
  );
  return [...left, ...(await eventsStayOff(context, journal, context.origMaster))];
}

/**
 * An event that is on at two servers would run twice: of those that were on at the original master, none stays on but at
 * `master`. Every other server is looked at, since somebody may have made it the master meanwhile; one that cannot be asked
 * is only named.
 */
export async function eventsOffElsewhere(context: SwitchContext, journal: Journal, master: Target): Promise<void> {
  if (wereOn(journal).length === 0) return;
  forgetEventsOn(journal, master);
  const servers = [context.origMaster, context.newMaster, ...context.replicas].filter((server) => server !== master);
  await Promise.all(
    servers.map(async (server) => {
      const problems = await attempt(server, () => eventsStayOff(context, journal, server));
      for (const problem of problems) context.log.warning(problem);
    }),
  );
}

/** What `start` had switched on elsewhere is switched off now. A journal that has been closed is not written again. */
function forgetEventsOn(journal: Journal, master: Target): void {
  const { start, phase } = journal.data;
  if (!start?.eventsOn || isSame(start.eventsOn, master)) return;
  start.eventsOn = undefined;
  if (phase !== 'finished' && phase !== 'undone') journal.save();
}

function isSame(one: Endpoint | undefined, other: Endpoint): boolean {
  return one !== undefined && sameEndpoint(one, other);
}

async function eventsStayOff(context: SwitchContext, journal: Journal, server: Target): Promise<string[]> {
  const session = await endUnfinished(await context.sessions.withoutBinlog(server));
  const on = (await readEvents(session)).filter((e) => e.status === 'ENABLED');
  const twice = on.filter((e) => wereOn(journal).some((b) => sameEvent(b, e)));
  return setEvents(session, twice, 'SLAVESIDE_DISABLED');
}

async function waitForReplication(context: SwitchContext, due: readonly Blocked[], limitMs: number): Promise<void> {
  const look = async () => {
    const left = await missing(await context.sessions.withoutBinlog(context.origMaster), due);
    return left.length > 0 ? `${left.length} grants still missing on ${nameOf(context.origMaster)}` : undefined;
  };
  const wait = { stepMs: 100, limitMs, what: 'replication to bring the privileges back' };
  await pollUntil(context, wait, look).catch((error) => context.log.warning(messageOf(error)));
}
