import { messageOf, ServerError } from '../../base/errors.ts';
import { endpointOf, nameOf, sameEndpoint } from '../../base/server.ts';
import { readEvents, type ScheduledEvent, sameEvent, setEvents } from '../../capabilities/events/events.ts';
import type { StartRecord } from '../../capabilities/journal/data.ts';
import { Journal } from '../../capabilities/journal/journal.ts';
import { openJournals } from '../../capabilities/journal/openJournals.ts';
import { mastersBeside } from '../recover/mastersBeside.ts';
import { lookAtServers } from '../recover/observe.ts';
import { EVENTS_OFF, revokeStateIn } from '../switch/captured.ts';
import type { SwitchContext } from '../switch/context.ts';
import { disabledSince } from './disabledSince.ts';
import { eventsOfDead } from './eventsOfDead.ts';
import { regrant } from './regrant.ts';

/**
 * The journal of the switch that this `start` ends, whichever server MHA chose in the end; undefined if there was no `stop`
 * of ours (a dead master). One whose `start` was run already is of an earlier switch, unless it is this very one, run again.
 * @throws ServerError if there is one that cannot be read.
 */
export function journalOf(context: SwitchContext, how: 'planned' | 'dead'): Journal | undefined {
  const found = openJournals(context.settings.journalDir, [context.origMaster]).filter(
    ({ journal }) => !journal || (sameEndpoint(journal.data.origMaster, context.origMaster) && isDue(journal)),
  );
  const broken = found.find((f) => !f.journal);
  if (broken) throw new ServerError(broken.why ?? `the journal ${broken.path} cannot be read`);
  return found[0]?.journal;

  function isDue({ data: { phase, opened } }: Journal): boolean {
    if (phase === 'started')
      return how === 'planned' && opened !== undefined && sameEndpoint(opened, context.newMaster);
    return phase !== 'finished' && phase !== 'undone';
  }
}

/**
 * Gives everybody their rights back through the new master's binlog, so that the original master gets them as a
 * replica, and switches the events on. Never touches the original master: MHA holds its lock. Returns what went wrong.
 */
export async function finishStart(
  context: SwitchContext,
  { journal, how, times = openedNow(context) }: Opening,
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
  if (how === 'planned' && !journal) await attempt('the journal', async () => lostJournal(context));
  else {
    await attempt('giving privileges back', (tell) => giveBack(context, journal, tell));
    await attempt('switching events on', async (tell) => {
      const left = await eventsOn(context, journal, tell);
      if (left.length === 0) record.eventsOn = endpointOf(context.newMaster);
      return left;
    });
  }
  await attempt('looking for another master', () => otherMasters(context, journal));
  journal?.data.notes.push(...problems, ...seen);
  await attempt('journal', async () => note(context, journal, 'started'));
  if (!journal) recordStart(context, record, [...problems, ...seen]);
  return problems;
}

/** What `start` found before it opened the new master. */
export interface Opening {
  readonly journal: Journal | undefined;
  /** A planned switch has a journal; a dead master need not have one. */
  readonly how: 'planned' | 'dead';
  readonly times?: Pick<StartRecord, 'began' | 'opened'> | undefined;
}

/** What was shut out, and which events were on, is not known: nothing is given and nothing switched on by guessing. */
function lostJournal({ settings, origMaster, newMaster }: SwitchContext): string[] {
  const [orig, next] = [nameOf(origMaster), nameOf(newMaster)];
  return [
    `there is none of a stop of ${orig} in ${settings.journalDir}: accounts that were shut out there still are, and ` +
      `its scheduled events are not switched on at ${next}. Compare with mha_recover --from=${next} --dry_run`,
  ];
}

async function giveBack(context: SwitchContext, journal: Journal | undefined, tell: Tell): Promise<readonly string[]> {
  const state = revokeStateIn(journal);
  const { problems, notes, accounts } = await regrant(context, state);
  if (state.blocked.length > 0) tell.counts.accounts = accounts;
  for (const note of notes) context.log.warning(note);
  tell.notes.push(...notes);
  return problems;
}

/** A server that cannot be asked is no finding here: the dead master is one. */
async function otherMasters(context: SwitchContext, journal: Journal | undefined): Promise<string[]> {
  return mastersBeside(await lookAtServers(context), journal).map(
    (server) => `TWO MASTERS: ${nameOf(server)} takes writes too; close it at once (SET GLOBAL read_only = 1)`,
  );
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

/** After a planned switch the events that were on; after a dead master those that were not noted as off there. */
async function eventsOn(context: SwitchContext, journal: Journal | undefined, tell: Tell): Promise<string[]> {
  const session = await context.sessions.of(context.newMaster);
  const here = await readEvents(session);
  const wereOn = journal?.captured(EVENTS_OFF);
  const off = here.filter((e) => e.status === 'SLAVESIDE_DISABLED');
  const dead = wereOn ? undefined : await eventsOfDead(context, session, off);
  const since = wereOn ? await disabledSince(context, wereOn) : [];
  const isDue = (e: ScheduledEvent) => wereOn?.some((b) => sameEvent(b, e)) && !since.some((b) => sameEvent(b, e));
  const due = dead?.due ?? off.filter(isDue);
  if (since.length > 0) {
    const left = `events left off, as somebody disabled them since stop: ${namesOf(since)}`;
    context.log.warning(left);
    tell.notes.push(left);
  }
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
