import { messageOf } from '../base/errors.ts';
import { nameOf, type Target } from '../base/server.ts';
import { type Blocked, missing, restore } from '../capabilities/accounts/block.ts';
import { readEvents, setEvents } from '../capabilities/events.ts';
import type { Journal } from '../capabilities/journal.ts';
import type { SwitchContext } from './context.ts';
import { REVOKE, type RevokeState } from './stop/revoke.ts';
import { every } from './waiting.ts';

/** How long replication gets to bring the rights back to the original master, before they are given there directly. */
const REPLICATION_MS = 10_000;

/**
 * Ends a switch that MHA has completed: every revoked account has its rights on every server, given directly with the
 * binlog off where replication did not bring them; no event is on at the original master. Closes the journal when all
 * is well. Returns what is not.
 */
export async function finishSwitch(context: SwitchContext, journal: Journal): Promise<string[]> {
  const blocked = (journal.captured(REVOKE) as RevokeState | undefined)?.blocked ?? [];
  await waitForReplication(context, blocked);
  const servers = [context.newMaster, context.origMaster, ...context.replicas];
  const problems = await Promise.all(
    servers.map((server) => level(context, server, blocked).catch((e) => [`${nameOf(server)}: ${messageOf(e)}`])),
  );
  const events = await eventsStayOff(context).catch((error) => [messageOf(error)]);
  const all = [...problems.flat(), ...events];
  if (all.length === 0) journal.close('finished');
  return all;
}

async function waitForReplication(context: SwitchContext, blocked: readonly Blocked[]): Promise<void> {
  const look = async () => {
    const session = await context.sessions.unlogged(context.origMaster);
    const left = await missing(session, blocked);
    return left.length > 0 ? `${left.length} grants still missing on ${nameOf(context.origMaster)}` : undefined;
  };
  const wait = { stepMs: 100, limitMs: REPLICATION_MS, what: 'replication to bring the privileges back' };
  await every(context, wait, look).catch((error) => context.log.warning(messageOf(error)));
}

async function level(context: SwitchContext, server: Target, blocked: readonly Blocked[]): Promise<string[]> {
  const session = await context.sessions.unlogged(server);
  const lacking = await missing(session, blocked);
  if (lacking.length === 0) return [];
  context.log.warning(`${nameOf(server)}: ${lacking.length} grants missing; giving them directly, with the binlog off`);
  return (await restore(session, blocked)).map((sql) => `${nameOf(server)}: still missing: ${sql}`);
}

/** An event that is on at both masters would run twice. */
async function eventsStayOff(context: SwitchContext): Promise<string[]> {
  const session = await context.sessions.unlogged(context.origMaster);
  const on = (await readEvents(session)).filter((e) => e.status === 'ENABLED');
  const left = await setEvents(session, on, 'SLAVESIDE_DISABLED');
  return left.map((sql) => `${nameOf(context.origMaster)}: event still on: ${sql}`);
}
