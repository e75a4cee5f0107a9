import { type Finding, warning } from '../../../../base/finding.ts';
import { alterSql, readEvents, type ScheduledEvent, sameEvent } from '../../../../capabilities/events/events.ts';
import { isOn, readVariables } from '../../../../capabilities/variables.ts';
import type { Check, CheckedServer } from '../../context.ts';
import { each, someOf, whereOf } from '../each.ts';
import { accountsOf } from '../facts.ts';

interface Scheduled {
  readonly server: CheckedServer;
  readonly events: readonly ScheduledEvent[];
  readonly scheduler: boolean;
}

/** Events that would not run after a switch, and those that run twice now. */
export const events: Check = {
  title: 'events',
  run: ({ master, servers }) =>
    each(servers, async (server) => {
      const [here, there] = await Promise.all([scheduledOn(server), master && scheduledOn(master)]);
      const twice = server !== master && server.identity.channels.length > 0 ? runningTwice(here) : [];
      if (!there || !(server === master || server.mayBeMaster)) return twice;
      const lost = server === master ? [] : [...notOnNow(here, there), ...schedulerOff(here, there)];
      return [...twice, ...lost, ...(await withoutDefiner(here, there))];
    }),
};

async function scheduledOn(server: CheckedServer): Promise<Scheduled> {
  const scheduler = await readVariables(server.session, ['event_scheduler']);
  return { server, events: await readEvents(server.session), scheduler: isOn(scheduler.get('event_scheduler')) };
}

function enabled({ events: all }: Scheduled): ScheduledEvent[] {
  return all.filter((event) => event.status === 'ENABLED');
}

function runningTwice(here: Scheduled): Finding[] {
  const on = enabled(here);
  if (on.length === 0) return [];
  const text = `enabled on a replica, so they run here and on the master: ${names(on)}`;
  const advice = 'disable them here, as replication does; start enables them on the new master';
  return [warning('event_on_replica', whereOf(here.server), text, advice, offAsOnReplica(on))];
}

/** `start` enables only events that are disabled as on a replica. */
function notOnNow(here: Scheduled, there: Scheduled): Finding[] {
  const found = (event: ScheduledEvent) => here.events.find((e) => sameEvent(e, event));
  const lost = enabled(there).filter((event) => (found(event)?.status ?? 'DISABLED') === 'DISABLED');
  if (lost.length === 0) return [];
  const off = lost.filter(found);
  const text = `enabled on the master, missing or disabled here: ${names(lost)}`;
  const advice = 'they would not run after a switch to this server: create them here, disabled as on a replica';
  const statements = off.length === 0 ? undefined : offAsOnReplica(off);
  return [warning('event_lost', whereOf(here.server), text, advice, statements)];
}

function offAsOnReplica(off: readonly ScheduledEvent[]): string[] {
  return ['SET SESSION sql_log_bin = 0', ...off.map((event) => alterSql(event, 'SLAVESIDE_DISABLED'))];
}

function schedulerOff(here: Scheduled, there: Scheduled): Finding[] {
  if (here.scheduler || !there.scheduler) return [];
  const text = `event_scheduler is off here, but on at the master with ${enabled(there).length} events`;
  const advice = 'switch it on, in the configuration too: no event would run after a switch to this server';
  return [warning('event_scheduler_off', whereOf(here.server), text, advice, ['SET GLOBAL event_scheduler = ON'])];
}

async function withoutDefiner({ server }: Scheduled, there: Scheduled): Promise<Finding[]> {
  const on = enabled(there);
  if (on.length === 0) return [];
  const known = new Set((await accountsOf(server)).map(({ account }) => `${account.user}@${account.host}`));
  const orphans = on.filter((event) => !known.has(event.definer));
  if (orphans.length === 0) return [];
  const text = `no account here for the definer of ${someOf(orphans.map((e) => `${e.schema}.${e.name} (${e.definer})`))}`;
  const advice = 'create the account, or ALTER DEFINER … EVENT on the master: such an event fails each time it is due';
  return [warning('event_definer_missing', whereOf(server), text, advice)];
}

function names(all: readonly ScheduledEvent[]): string {
  return someOf(all.map((event) => `${event.schema}.${event.name}`));
}
