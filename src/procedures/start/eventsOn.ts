import { messageOf } from '../../base/errors.ts';
import { endpointOf, nameOf } from '../../base/server.ts';
import { counted } from '../../base/text.ts';
import { readEvents, type ScheduledEvent, sameEvent, setEvents } from '../../capabilities/events/events.ts';
import type { StepReport } from '../engine/report.ts';
import { EVENTS_OFF } from '../switch/captured.ts';
import { looking, origSession, type SwitchContext } from '../switch/context.ts';
import { type EventsOfDead, eventsOfDead } from './eventsOfDead.ts';
import type { StartContext } from './record.ts';

/** After a planned switch, switches on the events that were on; after a failover, those that were not noted as off. */
export async function switchEventsOn(context: StartContext, report: StepReport): Promise<readonly string[]> {
  const left = await switchOn(context, report);
  if (left.length === 0) context.record.eventsOn = endpointOf(context.newMaster);
  return left;
}

async function switchOn(context: StartContext, { counts, notes }: StepReport): Promise<readonly string[]> {
  const { journal, sessions, newMaster, log } = context;
  const session = await sessions.of(newMaster);
  const here = (await readEvents(session)).filter((e) => e.status === 'SLAVESIDE_DISABLED');
  const wereOn = journal?.captured(EVENTS_OFF);
  const { due, unsure, off } = wereOn
    ? await stillOn(context, here, wereOn)
    : await eventsOfDead(context, session, here);
  if (off.length > 0) {
    const why = wereOn ? 'somebody disabled them since stop' : 'they were at the dead master';
    const left = `events left off, as ${why}: ${namesOf(off)}`;
    log[wereOn ? 'warning' : 'info'](left);
    notes.push(left);
  }
  if (due.length === 0) return [];
  const left = await setEvents(session, due, 'ENABLED');
  counts.events = due.length - left.length;
  log.info(`${counted(counts.events, 'event')} on at ${nameOf(newMaster)}`);
  if (unsure.length > 0) {
    const why = `a replica cannot know which of them were off at the dead master: ${namesOf(unsure)}`;
    log.warning(why);
    notes.push(`scheduled events switched on; ${why}`);
  }
  return left;
}

/** Those that `stop` switched off, without those that somebody has disabled since. */
async function stillOn(
  context: StartContext,
  here: readonly ScheduledEvent[],
  wereOn: readonly ScheduledEvent[],
): Promise<EventsOfDead> {
  const off = await disabledSince(context, wereOn);
  const isDue = (e: ScheduledEvent) => wereOn.some((b) => sameEvent(b, e)) && !off.some((b) => sameEvent(b, e));
  return { due: here.filter(isDue), unsure: [], off };
}

/**
 * Those of the events that somebody has disabled at the original master since `stop` switched them off. The new master does not
 * show it: a DISABLE arrives there as DISABLE ON SLAVE (seen on MariaDB 10.11). None if the original master cannot be asked.
 */
export async function disabledSince(
  context: SwitchContext,
  wereOn: readonly ScheduledEvent[],
): Promise<readonly ScheduledEvent[]> {
  if (wereOn.length === 0) return [];
  try {
    const now = await readEvents(await origSession(looking(context)));
    return wereOn.filter((event) => now.some((n) => sameEvent(n, event) && n.status === 'DISABLED'));
  } catch (error) {
    context.log.warning(`events disabled since stop could not be looked for: ${messageOf(error)}`);
    return [];
  }
}

function namesOf(events: readonly ScheduledEvent[]): string {
  return events.map((e) => `${e.schema}.${e.name}`).join(', ');
}
