import type { Stretch } from '../stretches.ts';
import type { Timeline } from '../timeline.ts';
import { duration } from '../words.ts';

/** One drawing with its own scale: the whole switch, or the outage in it, which would be too short to see there. */
export interface Panel {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly rows: readonly Row[];
  /** The part of this panel that the next one shows. */
  readonly lens?: { readonly from: number; readonly to: number };
}

export interface Row extends Stretch {
  /** Nobody could write during it. */
  readonly shut: boolean;
}

/** The whole switch with the outage as one row, and the outage in detail. Stretches that took no time are left out. */
export function panelsOf(timeline: Timeline): Panel[] {
  const { kind, outage, lengthMs } = timeline;
  const stretches = timeline.stretches.filter((s) => s.to > s.from || !s.done);
  // The record of a failover holds only `start`, and the outage began long before that.
  const what = kind === 'failover' ? 'What start did' : 'The whole switch';
  const whole = { title: `${what}, ${duration(lengthMs)}`, from: 0, to: lengthMs };
  if (stretches.length === 0) return [];
  if (outage?.to === undefined) {
    return [{ ...whole, rows: stretches.map((s) => ({ ...s, shut: outage !== undefined && s.from >= outage.from })) }];
  }
  const [from, to] = [outage.from, outage.to];
  const inside = (s: Stretch) => s.from >= from && s.from < to;
  const rows = stretches.filter((s) => !inside(s)).map((s) => ({ ...s, shut: false }));
  const label = 'nobody could write';
  const one: Row = { who: 'stop', label, where: '', detail: '', from, to, done: true, shut: true };
  const before = rows.filter((row) => row.from < from);
  const zoomed = stretches.filter(inside).map((s) => ({ ...s, to: Math.min(s.to, to), shut: true }));
  return [
    { ...whole, lens: { from, to }, rows: [...before, one, ...rows.slice(before.length)] },
    { title: `While nobody could write, ${duration(to - from)}`, from, to, rows: zoomed },
  ];
}
