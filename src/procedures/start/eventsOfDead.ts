import { join } from 'node:path';
import type { Session } from '../../adapters/mysql/session.ts';
import { readEventNote, readNotable, wasOn, writeEventNote } from '../../capabilities/events/eventNote.ts';
import type { ScheduledEvent } from '../../capabilities/events/events.ts';
import { fileName } from '../../capabilities/journal/files.ts';
import { readReadOnly } from '../../capabilities/readOnly.ts';
import type { SwitchContext } from '../switch/context.ts';

type Noting = Pick<SwitchContext, 'sessions' | 'origMaster'> & { readonly settings: { readonly journalDir: string } };

/** In the folder of the journals, which end in `.json`. */
function notePath({ settings, origMaster }: Pick<Noting, 'settings' | 'origMaster'>): string {
  return join(settings.journalDir, `${fileName(origMaster)}.events`);
}

/** Notes which events are on at the living master. A read_only server is no master: its events are not noted. */
export async function noteEvents(context: Noting): Promise<void> {
  const session = await context.sessions.of(context.origMaster);
  if ((await readReadOnly(session)).readOnly) return;
  writeEventNote(notePath(context), await readNotable(session, { settled: true }));
}

/** What to do with the events that replication had switched off on the new master. */
export interface EventsOfDead {
  /** Switch on. */
  readonly due: readonly ScheduledEvent[];
  /** Of these, those that may have been off at a dead master: not noted, or altered since. */
  readonly unsure: readonly ScheduledEvent[];
  /** Off at the original master: leave off. */
  readonly off: readonly ScheduledEvent[];
}

/** Decides by the note that `status` made while the dead master was alive. Without a note all are due and unsure. */
export async function eventsOfDead(
  context: Pick<Noting, 'settings' | 'origMaster'>,
  session: Session,
  switchedOff: readonly ScheduledEvent[],
): Promise<EventsOfDead> {
  const noted = readEventNote(notePath(context)) ?? [];
  const here = await readNotable(session);
  const was = (event: ScheduledEvent) => {
    const found = here.find((one) => one.schema === event.schema && one.name === event.name);
    return found ? wasOn(noted, found) : 'unknown';
  };
  const off = switchedOff.filter((event) => was(event) === 'off');
  const due = switchedOff.filter((event) => !off.includes(event));
  return { due, unsure: due.filter((event) => was(event) === 'unknown'), off };
}
