import { nameOf } from '../../base/server.ts';
import type { JournalData } from '../../capabilities/journal.ts';
import { outageOf } from './outage.ts';
import { type Stretch, stretchesOf, timeOf } from './stretches.ts';
import { type Tally, tallyOf } from './tally.ts';

/** A switch as its record tells it, for drawing. Times are milliseconds since it began. */
export interface Timeline {
  readonly id: string;
  readonly conf: string;
  readonly kind: 'planned switch' | 'failover';
  readonly outcome: 'finished' | 'put back' | 'not ended';
  readonly origMaster: string;
  readonly newMaster: string;
  readonly replicas: readonly string[];
  /** ISO 8601, UTC. */
  readonly began: string;
  readonly lengthMs: number;
  readonly stretches: readonly Stretch[];
  /** While no client could write, as the scripts know it; undefined where they do not. */
  readonly outage: Outage | undefined;
  readonly tally: Tally;
  readonly notes: readonly string[];
}

/** `to` is undefined where nothing tells its end. */
export interface Outage {
  readonly from: number;
  readonly to: number | undefined;
}

/** What a record tells. Pure; takes every journal of format 1, also one that is open or of an earlier version. */
export function timelineOf(data: JournalData): Timeline {
  const begin = beginOf(data);
  const stretches = stretchesOf(data, begin);
  return {
    id: data.id,
    conf: data.conf,
    kind: data.startOnly ? 'failover' : 'planned switch',
    outcome: data.phase === 'finished' ? 'finished' : data.phase === 'undone' ? 'put back' : 'not ended',
    origMaster: nameOf(data.origMaster),
    newMaster: nameOf(data.opened ?? data.newMaster),
    replicas: replicasOf(data),
    began: new Date(begin).toISOString(),
    lengthMs: Math.max(0, ...stretches.map((s) => s.to)),
    stretches,
    outage: outageOf(data, begin),
    tally: tallyOf(data),
    notes: data.notes ?? [],
  };
}

/** MHA may have opened another server than it told `stop` of. */
function replicasOf({ opened, newMaster, replicas }: JournalData): string[] {
  const others = [newMaster, ...(replicas ?? [])].map(nameOf);
  return others.filter((name) => name !== nameOf(opened ?? newMaster));
}

/** When the first process of the switch began; an earlier version wrote only when the journal was made, as its id. */
function beginOf(data: JournalData): number {
  const made = /^(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)-(\d{3}Z)/.exec(data.id ?? '');
  const ofId = made ? `${made[1]}:${made[2]}:${made[3]}.${made[4]}` : undefined;
  const known = [data.began ?? data.start?.began, ofId, data.steps[0]?.at].map(timeOf);
  return known.find((time) => time !== undefined) ?? 0;
}
