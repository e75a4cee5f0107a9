import { type Endpoint, sameEndpoint, type Target } from '../../base/server.ts';
import { readEvents, type ScheduledEvent, sameEvent, setEvents } from '../../capabilities/events/events.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import { endUnfinished } from '../../capabilities/sessions/unfinished.ts';
import { attempt } from '../engine/report.ts';
import { disabledSince } from '../start/eventsOn.ts';
import { EVENTS_OFF } from '../switch/captured.ts';
import type { SwitchContext } from '../switch/context.ts';
import { type FinishContext, note, onServer } from './onServer.ts';

function wereOn(journal: Journal): readonly ScheduledEvent[] {
  return journal.captured(EVENTS_OFF) ?? [];
}

/** An event that somebody has switched off or dropped since stays so. Nothing is left to do if `start` switched them on here. */
export async function eventsOnAtNewMaster(context: FinishContext): Promise<string[]> {
  const { journal, newMaster } = context;
  if (isSame(journal.data.start?.eventsOn, newMaster)) return [];
  const session = await context.sessions.withoutBinlog(newMaster);
  const here = await readEvents(session);
  const since = await disabledSince(context, wereOn(journal));
  const due = wereOn(journal).filter((event) => !since.some((b) => sameEvent(b, event)));
  const left = since.map((e) => `event ${e.schema}.${e.name} was disabled since the switch began, and is left so`);
  note(context, journal, left);
  const off = here.filter((e) => e.status === 'SLAVESIDE_DISABLED' && due.some((b) => sameEvent(b, e)));
  return setEvents(session, off, 'ENABLED');
}

/**
 * An event that is on at two servers would run twice: those that were on at the original master stay on only at `master`. Checks
 * every other server, since somebody may have made it the master meanwhile. One that cannot be asked is only logged.
 */
export async function eventsOffElsewhere(context: SwitchContext, journal: Journal, master: Target): Promise<void> {
  if (wereOn(journal).length === 0) return;
  await forgetEventsOn(journal, master);
  const servers = [context.origMaster, context.newMaster, ...context.replicas].filter((server) => server !== master);
  const each = servers.map((server) => {
    const stayOff = () => eventsStayOff(context, journal, server);
    return attempt(
      onServer('events off', () => server, stayOff),
      context,
    );
  });
  for (const problem of (await Promise.all(each)).flat()) context.log.warning(problem);
}

/** Forgets that `start` switched events on at another server, since they are switched off there. Never writes a closed journal. */
async function forgetEventsOn(journal: Journal, master: Target): Promise<void> {
  const { start, phase } = journal.data;
  if (!start?.eventsOn || isSame(start.eventsOn, master)) return;
  start.eventsOn = undefined;
  if (phase !== 'finished' && phase !== 'undone') await journal.save();
}

/** Switches off, on this server, the events that were on at the original master. Returns what is left to do. */
export async function eventsStayOff(context: SwitchContext, journal: Journal, server: Target): Promise<string[]> {
  const session = await endUnfinished(await context.sessions.withoutBinlog(server));
  const on = (await readEvents(session)).filter((e) => e.status === 'ENABLED');
  const twice = on.filter((e) => wereOn(journal).some((b) => sameEvent(b, e)));
  return setEvents(session, twice, 'SLAVESIDE_DISABLED');
}

function isSame(one: Endpoint | undefined, other: Endpoint): boolean {
  return one !== undefined && sameEndpoint(one, other);
}
