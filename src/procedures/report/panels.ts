import type { Stretch } from './stretches.ts';
import type { Timeline } from './timeline.ts';
import { duration } from './words.ts';

/** One drawing with a scale of its own: the whole switch, or the outage in it, which would be too short to be seen there. */
export interface Panel {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly rows: readonly Row[];
}

export interface Row extends Stretch {
  /** Nobody could write meanwhile. */
  readonly shut: boolean;
}

/** The whole switch with the outage as one row, and the outage in its parts. */
export function panelsOf(timeline: Timeline): Panel[] {
  const { outage, stretches, lengthMs } = timeline;
  const whole = { title: `The whole switch, ${duration(lengthMs)}`, from: 0, to: lengthMs };
  if (outage?.to === undefined)
    return [{ ...whole, rows: stretches.map((s) => ({ ...s, shut: isAfter(s, timeline) })) }];
  const [from, to] = [outage.from, outage.to];
  const inside = (s: Stretch) => s.from >= from && s.from < to;
  const rows = stretches.filter((s) => !inside(s)).map((s) => ({ ...s, shut: false }));
  const label = 'nobody can write';
  const one: Row = { who: 'stop', label, title: '', from, to, done: true, shut: true };
  const before = rows.filter((row) => row.from < from);
  const zoomed = stretches.filter(inside).map((s) => ({ ...s, to: Math.min(s.to, to), shut: true }));
  return [
    { ...whole, rows: [...before, one, ...rows.slice(before.length)] },
    { title: `While nobody could write, ${duration(to - from)}`, from, to, rows: zoomed },
  ];
}

function isAfter(stretch: Stretch, { outage }: Timeline): boolean {
  return outage !== undefined && stretch.from >= outage.from;
}
