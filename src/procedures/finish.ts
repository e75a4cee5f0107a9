import type { Session } from '../adapters/mysql/session.ts';
import { messageOf } from '../base/errors.ts';
import { nameOf, type Target } from '../base/server.ts';
import { missing } from '../capabilities/accounts/block.ts';
import type { Blocked } from '../capabilities/accounts/blocked.ts';
import { restore } from '../capabilities/accounts/restore.ts';
import { parseEvents, readEvents, type ScheduledEvent, sameEvent, setEvents } from '../capabilities/events.ts';
import type { Journal } from '../capabilities/journal/journal.ts';
import { readReadOnly } from '../capabilities/readOnly.ts';
import { endUnfinished } from '../capabilities/unfinished.ts';
import type { SwitchContext } from './context.ts';
import { eventsOff } from './stop/eventsOff.ts';
import { blockedIn } from './stop/revoke.ts';
import { every } from './waiting.ts';

/**
 * Ends a switch whose new master is open: every revoked account has its rights on every server, given directly with the
 * binlog off where replication did not bring them within `replicationMs`; events are on at the new master and off at
 * the original one. Nobody's read_only is touched. Closes the journal when all is well; returns what is not.
 */
export async function finishSwitch(context: SwitchContext, journal: Journal, replicationMs: number): Promise<string[]> {
  const blocked = blockedIn(journal);
  const at = context.clock.now().toISOString();
  const began = context.clock.ticks();
  const wereOn = parseEvents(journal.captured(eventsOff.name) ?? []);
  if (replicationMs > 0) await waitForReplication(context, blocked, replicationMs);
  const servers = [context.newMaster, context.origMaster, ...context.replicas];
  const problems = await Promise.all([
    ...servers.map((server) => attempt(server, () => level(context, server, blocked))),
    attempt(context.newMaster, () => eventsOn(context, wereOn)),
    attempt(context.origMaster, () => eventsStayOff(context, wereOn)),
  ]);
  const left = problems.flat();
  journal.data.finish = { at, ms: Math.round(context.clock.ticks() - began) };
  if (left.length === 0) journal.close('finished', context.clock.now());
  return left;
}

async function attempt(server: Target, work: () => Promise<readonly string[]>): Promise<string[]> {
  try {
    return (await work()).map((left) => `${nameOf(server)}: left to do: ${left}`);
  } catch (error) {
    return [`${nameOf(server)}: ${messageOf(error)}`];
  }
}

async function waitForReplication(context: SwitchContext, blocked: readonly Blocked[], limitMs: number): Promise<void> {
  const look = async () => {
    const session = await context.sessions.unlogged(context.origMaster);
    const left = await missing(session, blocked);
    return left.length > 0 ? `${left.length} grants still missing on ${nameOf(context.origMaster)}` : undefined;
  };
  const wait = { stepMs: 100, limitMs, what: 'replication to bring the privileges back' };
  await every(context, wait, look).catch((error) => context.log.warning(messageOf(error)));
}

async function level(context: SwitchContext, server: Target, blocked: readonly Blocked[]): Promise<string[]> {
  const session = await endUnfinished(await context.sessions.unlogged(server));
  const lacking = await missing(session, blocked);
  if (lacking.length === 0) return [];
  context.log.warning(`${nameOf(server)}: ${lacking.length} grants missing; giving them directly, with the binlog off`);
  return restore(session, blocked);
}

async function eventsOn(context: SwitchContext, wereOn: readonly ScheduledEvent[]): Promise<string[]> {
  const session = await openServer(context);
  if (!session) return [];
  const off = (await readEvents(session)).filter((e) => e.status === 'SLAVESIDE_DISABLED');
  return setEvents(
    session,
    off.filter((e) => wereOn.some((b) => sameEvent(b, e))),
    'ENABLED',
  );
}

/** The new master where it takes writes; else the one other server that does, made the master by hand. */
async function openServer(context: SwitchContext): Promise<Session | undefined> {
  const open: Session[] = [];
  for (const server of [context.newMaster, ...context.replicas]) {
    const session = await context.sessions.unlogged(server).catch(() => undefined);
    if (!session || (await readReadOnly(session)).readOnly) continue;
    if (server === context.newMaster) return session;
    open.push(session);
  }
  return open.length === 1 ? open[0] : undefined;
}

/** An event that is on at both masters would run twice. */
async function eventsStayOff(context: SwitchContext, wereOn: readonly ScheduledEvent[]): Promise<string[]> {
  const session = await endUnfinished(await context.sessions.unlogged(context.origMaster));
  const on = (await readEvents(session)).filter((e) => e.status === 'ENABLED');
  return setEvents(
    session,
    on.filter((e) => wereOn.some((b) => sameEvent(b, e))),
    'SLAVESIDE_DISABLED',
  );
}
