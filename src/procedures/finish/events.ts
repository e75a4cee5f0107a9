import { type Endpoint, sameEndpoint, type Target } from '../../base/server.ts';
import { readEvents, type ScheduledEvent, sameEvent, setEvents } from '../../capabilities/events/events.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import { endUnfinished } from '../../capabilities/sessions/unfinished.ts';
import { attempt } from '../engine/report.ts';
import { disabledSince } from '../start/disabledSince.ts';
import { EVENTS_OFF } from '../switch/captured.ts';
import type { SwitchContext } from '../switch/context.ts';
import { type FinishContext, note, onServer } from './onServer.ts';

function wereOn(journal: Journal): readonly ScheduledEvent[] {
  return journal.captured(EVENTS_OFF) ?? [];
}

/** An event that somebody has switched off or dropped since stays so, at the latest since `start` switched all on. */
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
 * An event that is on at two servers would run twice: of those that were on at the original master, none stays on but at
 * `master`. Every other server is looked at, since somebody may have made it the master meanwhile; one that cannot be asked
 * is only named in the log.
 */
export async function eventsOffElsewhere(context: SwitchContext, journal: Journal, master: Target): Promise<void> {
  if (wereOn(journal).length === 0) return;
  await forgetEventsOn(journal, master);
  const servers = [context.origMaster, context.newMaster, ...context.replicas].filter((server) => server !== master);
  const each = servers.map((server) =>
    attempt(
      onServer(
        'events off',
        () => server,
        () => eventsStayOff(context, journal, server),
      ),
      context,
    ),
  );
  for (const problem of (await Promise.all(each)).flat()) context.log.warning(problem);
}

/** What `start` had switched on elsewhere is switched off now. A journal that has been closed is not written again. */
async function forgetEventsOn(journal: Journal, master: Target): Promise<void> {
  const { start, phase } = journal.data;
  if (!start?.eventsOn || isSame(start.eventsOn, master)) return;
  start.eventsOn = undefined;
  if (phase !== 'finished' && phase !== 'undone') await journal.save();
}

/** Of the events that were on at the original master, none stays on at this server. Returns what is left to do. */
export async function eventsStayOff(context: SwitchContext, journal: Journal, server: Target): Promise<string[]> {
  const session = await endUnfinished(await context.sessions.withoutBinlog(server));
  const on = (await readEvents(session)).filter((e) => e.status === 'ENABLED');
  const twice = on.filter((e) => wereOn(journal).some((b) => sameEvent(b, e)));
  return setEvents(session, twice, 'SLAVESIDE_DISABLED');
}

function isSame(one: Endpoint | undefined, other: Endpoint): boolean {
  return one !== undefined && sameEndpoint(one, other);
}
