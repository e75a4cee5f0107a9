import type { JournalData, OldMaster } from '../../capabilities/journal/data.ts';
import { serverName, timeOf } from './numbers.ts';
import { type Outage, outageOf } from './outage.ts';
import { type Stretch, stretchesOf } from './stretches.ts';
import { type Tally, tallyOf } from './tally.ts';

/** A switch as its record describes it, for drawing. Times are milliseconds since it began. */
export interface Timeline {
  readonly id: string;
  readonly conf: string;
  readonly kind: 'planned switch' | 'failover';
  /** `not checked`: the new master is open, but the servers have not been compared yet. */
  readonly outcome: 'finished' | 'put back' | 'not checked' | 'not ended';
  readonly origMaster: string;
  readonly newMaster: string;
  readonly replicas: readonly string[];
  /** ISO 8601, UTC. */
  readonly began: string;
  /** When the new master was opened, if it was. */
  readonly opened: string | undefined;
  readonly lengthMs: number;
  readonly stretches: readonly Stretch[];
  /** The time during which no client could write; undefined if the record does not say. */
  readonly outage: Outage | undefined;
  readonly tally: Tally;
  /** What went wrong, or is left to the operator. */
  readonly notes: readonly string[];
  /** After a failover, what is known of the old master. */
  readonly oldMaster: OldMaster | undefined;
  /** Unusual but correct: for example an account that was locked instead of revoked. */
  readonly remarks: readonly string[];
}

/**
 * The timeline of a journal of format 1, open or closed, of this version or an earlier one.
 * @throws TypeError if a part of it has the wrong type.
 */
export function timelineOf(data: JournalData): Timeline {
  if (typeof data.id !== 'string' || typeof data.conf !== 'string') throw new TypeError('its id is not a text');
  const begin = beginOf(data);
  const stretches = stretchesOf(data, begin);
  const opened = timeOf(data.start?.opened);
  return {
    id: data.id,
    conf: data.conf,
    kind: data.startOnly ? 'failover' : 'planned switch',
    outcome: outcomeOf(data),
    origMaster: serverName(data.origMaster),
    newMaster: serverName(data.opened ?? data.newMaster),
    replicas: replicasOf(data),
    began: new Date(begin).toISOString(),
    opened: opened === undefined ? undefined : new Date(opened).toISOString(),
    lengthMs: Math.max(0, ...stretches.map((s) => s.to)),
    stretches,
    outage: outageOf(data, begin),
    tally: tallyOf(data),
    notes: notesOf(data),
    oldMaster: data.start?.oldMaster,
    remarks: data.steps.flatMap((s) => s.notes ?? []).map(String),
  };
}

/** Undefined if the record does not say when it ended. */
export function outageMs({ outage }: Timeline): number | undefined {
  return outage?.to === undefined ? undefined : outage.to - outage.from;
}

function outcomeOf({ phase }: JournalData): Timeline['outcome'] {
  if (phase === 'finished') return 'finished';
  if (phase === 'undone') return 'put back';
  return phase === 'started' ? 'not checked' : 'not ended';
}

/** MHA may have opened another server than it named to `stop`. */
function replicasOf({ opened, newMaster, replicas }: JournalData): string[] {
  const others = [newMaster, ...(replicas ?? [])].map(serverName);
  return others.filter((name) => name !== serverName(opened ?? newMaster));
}

function notesOf({ notes, steps }: JournalData): string[] {
  const failed = steps.filter((s) => s.state === 'undo failed').map((s) => `${s.title}: could not be undone`);
  return [...failed, ...(notes ?? [])].map(String);
}

/** When the first process of the switch began; in journals of an earlier version, when the journal was created. */
function beginOf(data: JournalData): number {
  const made = /^(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)-(\d{3}Z)/.exec(data.id ?? '');
  const ofId = made ? `${made[1]}:${made[2]}:${made[3]}.${made[4]}` : undefined;
  const known = [data.began ?? data.start?.began, ofId, data.steps[0]?.at].map(timeOf);
  return known.find((time) => time !== undefined) ?? 0;
}
