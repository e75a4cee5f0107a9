import { ServerError } from '../../base/errors.ts';
import { alterSql, readEvents, type ScheduledEvent, sameEvent, setEvents } from '../../capabilities/events/events.ts';
import { endUnfinished } from '../../capabilities/sessions/unfinished.ts';
import { orLeftToDo } from '../engine/leftToDo.ts';
import type { Step, Undo } from '../engine/step.ts';
import { EVENTS_OFF } from '../switch/captured.ts';
import { atOrigMaster, origSession, type SwitchContext } from '../switch/context.ts';

export const eventsOffUndo: Undo<SwitchContext, ScheduledEvent[]> = { ...EVENTS_OFF, undo: undoEventsOff };

/** Scheduled events must run on the new master only. They become DISABLE ON SLAVE, which shows that they were on. */
export const eventsOff: Step<SwitchContext, ScheduledEvent[]> = {
  ...eventsOffUndo,
  ...atOrigMaster('scheduled events off'),
  capture: async (context) => {
    const events = await readEvents(await origSession(context));
    // An event that could not be read back from the journal must not be switched off.
    return EVENTS_OFF.parse(events.filter((e) => e.status === 'ENABLED'));
  },
  do: async (context, events) => {
    const left = await setEvents(await origSession(context), events, 'SLAVESIDE_DISABLED');
    if (left.length > 0) throw new ServerError(`could not be done: ${left.join(' ')}`);
  },
  verify: async (context, events) => {
    const now = await readEvents(await origSession(context));
    const on = now.filter((e) => e.status === 'ENABLED' && events.some((b) => sameEvent(b, e)));
    if (on.length > 0) throw new ServerError(`event ${on[0]?.schema}.${on[0]?.name} could not be switched off`);
  },
};

/** Switches on what is still as this step left it. What somebody disabled or dropped meanwhile stays so, and is named. */
function undoEventsOff(context: SwitchContext, events: readonly ScheduledEvent[]) {
  return orLeftToDo(
    context.origMaster,
    () => events.map((event) => alterSql(event, 'ENABLED')),
    async () => {
      const session = await endUnfinished(await origSession(context));
      const now = await readEvents(session);
      const isDue = (event: ScheduledEvent) => now.some((n) => sameEvent(n, event) && n.status !== 'DISABLED');
      const notes = events.filter((event) => !isDue(event)).map((e) => changed(e, now));
      return { left: await setEvents(session, events.filter(isDue), 'ENABLED'), notes };
    },
  );
}

function changed(event: ScheduledEvent, now: readonly ScheduledEvent[]): string {
  const what = now.some((n) => sameEvent(n, event)) ? 'disabled' : 'dropped or renamed';
  return `event ${event.schema}.${event.name} was ${what} since the switch began, and is left so`;
}
