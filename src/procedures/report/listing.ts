import { plain } from './chart.ts';
import type { SwitchRecord } from './records.ts';
import { outageMs, type Timeline } from './timeline.ts';
import { duration, moment } from './words.ts';

/** One line for each record: its id, when, from and to, outcome, and how long nobody could write. */
export function listing(records: readonly SwitchRecord[]): string[] {
  const rows = records.map((record) => ('timeline' in record ? cells(record.timeline, record.open) : []));
  const widths = [0, 1, 2, 3].map((i) => Math.max(0, ...rows.map((row) => row[i]?.length ?? 0)));
  return records.map((record, at) => {
    if ('broken' in record) return plain(`${record.id}  ${record.broken}`);
    return plain((rows[at] ?? []).map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')).trimEnd();
  });
}

function cells(timeline: Timeline, open: boolean): string[] {
  const { id, began, origMaster, newMaster, kind, outcome } = timeline;
  const ms = outageMs(timeline);
  const what = `${kind === 'failover' ? 'failover, ' : ''}${outcome}${open ? ' (open)' : ''}`;
  return [id, moment(began), `${origMaster} -> ${newMaster}`, what, ms === undefined ? '-' : duration(ms)];
}

/** A record for scripts. */
export function recordJson(record: SwitchRecord): object {
  const { path, id, open } = record;
  if ('broken' in record) return { id, path, open, broken: record.broken };
  return { path, open, outageMs: outageMs(record.timeline) ?? null, ...record.timeline };
}
