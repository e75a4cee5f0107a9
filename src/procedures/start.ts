import { failures, inPackets } from '../adapters/mysql/packets.ts';
import { accountName } from '../base/account.ts';
import { messageOf, ServerError } from '../base/errors.ts';
import { endpointOf, nameOf, sameEndpoint, type Target } from '../base/server.ts';
import type { Blocked } from '../capabilities/accounts/blocked.ts';
import type { Grant } from '../capabilities/accounts/grant.ts';
import { readStates } from '../capabilities/accounts/read.ts';
import { regrantStatements } from '../capabilities/accounts/statements.ts';
import { readEvents, type ScheduledEvent, setEvents } from '../capabilities/events.ts';
import type { StartRecord } from '../capabilities/journal/data.ts';
import { Journal } from '../capabilities/journal/journal.ts';
import { openJournals } from '../capabilities/journal/openJournals.ts';
import type { SwitchContext } from './context.ts';
import { eventsOfDead } from './eventsOfDead.ts';
import { REVOKE, type RevokeState } from './stop/revoke.ts';

/**
 * The journal of the switch that this `start` ends, whichever server MHA chose in the end; undefined where there was no
 * `stop` of ours (a dead master).
 * @throws ServerError where there is one that cannot be read.
 */
export function journalOf(context: SwitchContext): Journal | undefined {
  const found = openJournals(context.settings.journalDir, [context.origMaster]).filter(
    ({ journal }) => !journal || sameEndpoint(journal.data.origMaster, context.origMaster),
  );
  const broken = found.find((f) => !f.journal);
  if (broken) throw new ServerError(`the journal ${broken.path} cannot be read`);
  return found[0]?.journal;
}

/**
 * Gives everybody their rights back through the new master's binlog, so that the original master gets them as a
 * replica, and switches the events on. Never touches the original master: MHA holds its lock. Returns what went wrong.
 */
export async function finishStart(
  context: SwitchContext,
  journal: Journal | undefined,
  times: Pick<StartRecord, 'began' | 'opened'> = openedNow(context),
): Promise<string[]> {
  const problems: string[] = [];
  const record: StartRecord = { ...(journal?.data.start ?? times), parts: [] };
  const seen: string[] = [];
  const attempt = async (name: string, work: (tell: Tell) => Promise<readonly string[]>) => {
    const at = context.clock.now().toISOString();
    const began = context.clock.ticks();
    const counts: Record<string, number> = {};
    try {
      problems.push(...(await work({ counts, notes: seen })).map((p) => `${name}: ${p}`));
    } catch (error) {
      problems.push(`${name}: ${messageOf(error)}`);
    }
    record.parts.push({ name, at, ms: Math.round(context.clock.ticks() - began), counts });
  };
  if (journal) journal.data.start = record;
  await attempt('journal', async () => note(context, journal, 'starting'));
  const revoked = (journal?.captured(REVOKE) as RevokeState | undefined)?.blocked ?? [];
  await attempt('giving privileges back', (tell) => regrant(context, revoked, tell));
  await attempt('switching events on', (tell) => eventsOn(context, journal, tell));
  journal?.data.notes.push(...problems, ...seen);
  await attempt('journal', async () => note(context, journal, 'started'));
  if (!journal) recordStart(context, record, [...problems, ...seen]);
  return problems;
}

/** What a part of `start` leaves for the record. */
interface Tell {
  readonly counts: Record<string, number>;
  readonly notes: string[];
}

function openedNow({ clock }: SwitchContext): Pick<StartRecord, 'began' | 'opened'> {
  return { began: clock.began().toISOString(), opened: clock.now().toISOString() };
}

/** A record is for people: that it cannot be written is no reason to call `start` a failure. */
function recordStart(context: SwitchContext, start: StartRecord, notes: readonly string[]): void {
  const opened = endpointOf(context.newMaster);
  const about = {
    conf: context.conf,
    origMaster: endpointOf(context.origMaster),
    newMaster: opened,
    replicas: context.replicas.map(endpointOf),
  };
  try {
    Journal.record(context.settings.journalDir, { ...about, start, opened, notes: [...notes] }, context.clock.now());
  } catch (error) {
    context.log.warning(`the record of this switch cannot be written: ${messageOf(error)}`);
  }
}

function note(context: SwitchContext, journal: Journal | undefined, phase: 'starting' | 'started'): string[] {
  if (!journal) return [];
  journal.data.opened = endpointOf(context.newMaster);
  journal.enter(phase);
  return [];
}

/** What names an account or a role that a replica or the new master lacks is left out: it would stop that replica (1133, 1959). */
async function regrant(context: SwitchContext, blocked: readonly Blocked[], { counts }: Tell): Promise<string[]> {
  if (blocked.length === 0) return [];
  const lacking = await lackedSomewhere(context, blocked);
  const there = blocked.filter((b) => b.method === 'lock' || !lacking.has(accountName(b.account)));
  const safe = there.map((b) => ({ ...b, grants: b.grants.filter((g) => !roleOf(g).some((r) => lacking.has(r))) }));
  const session = await context.sessions.of(context.newMaster);
  const failed = failures(await inPackets(session, safe.flatMap(regrantStatements)));
  counts.accounts = safe.length;
  context.log.info(`${safe.length} accounts have their privileges again on ${nameOf(context.newMaster)}`);
  return [
    ...failed.map((f) => `${f.sql}: ${f.reason}`),
    ...[...lacking].map(
      ([account, where]) => `${account} is missing on ${where}; left out, so that replication goes on`,
    ),
  ];
}

/** The role that a grant names. */
function roleOf(grant: Grant): string[] {
  return grant.kind === 'role' ? [accountName(grant.role)] : [];
}

async function lackedSomewhere(context: SwitchContext, blocked: readonly Blocked[]): Promise<Map<string, string>> {
  const lacking = new Map<string, string>();
  const roles = blocked.flatMap((b) => b.grants.flatMap((g) => (g.kind === 'role' ? [g.role] : [])));
  const unique = new Map(roles.map((role) => [accountName(role), role]));
  const accounts = [...blocked.map((b) => b.account), ...unique.values()];
  const check = async (server: Target) => {
    for (const state of await readStates(await context.sessions.of(server), accounts)) {
      if (state.ignored) lacking.set(accountName(state.account), nameOf(server));
    }
  };
  await check(context.newMaster);
  await Promise.all(context.replicas.map((r) => check(r).catch((e) => context.log.warning(messageOf(e)))));
  return lacking;
}

/** After a planned switch the events that were on; after a dead master those that were not noted as off there. */
async function eventsOn(context: SwitchContext, journal: Journal | undefined, tell: Tell): Promise<string[]> {
  const session = await context.sessions.of(context.newMaster);
  const here = await readEvents(session);
  const wereOn = journal?.captured('events off') as ScheduledEvent[] | undefined;
  const off = here.filter((e) => e.status === 'SLAVESIDE_DISABLED');
  const dead = wereOn ? undefined : await eventsOfDead(context, session, off);
  const due = dead?.due ?? off.filter((e) => wereOn?.some((b) => b.schema === e.schema && b.name === e.name));
  if (dead?.off.length) {
    const left = `events left off, as they were at the dead master: ${namesOf(dead.off)}`;
    context.log.info(left);
    tell.notes.push(left);
  }
  if (due.length === 0) return [];
  const left = await setEvents(session, due, 'ENABLED');
  const on = due.length - left.length;
  tell.counts.events = on;
  context.log.info(`${on} event${on === 1 ? '' : 's'} on at ${nameOf(context.newMaster)}`);
  if (dead?.unsure.length) {
    const unsure = `a replica cannot know which of them were off at the dead master: ${namesOf(dead.unsure)}`;
    context.log.warning(unsure);
    tell.notes.push(`scheduled events switched on; ${unsure}`);
  }
  return left;
}

function namesOf(events: readonly ScheduledEvent[]): string {
  return events.map((e) => `${e.schema}.${e.name}`).join(', ');
}
