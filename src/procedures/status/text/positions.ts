import { counted } from '../../../base/text.ts';
import type { LogPosition } from '../../../capabilities/replication/status.ts';

/** How far one position is behind another, as far as it is known; never negative. */
export interface Distance {
  readonly bytes?: number;
  /** How many binlog files it is behind, if the two are in different files. */
  readonly files?: number;
  readonly transactions?: number;
}

/**
 * How far `at` is behind `goal` in the same binlog: `order` is negative before it, 0 at it, positive beyond it. Undefined
 * if their file names show that they are not in the same binlog.
 */
export function compareLogs(at: LogPosition, goal: LogPosition): { order: number; distance: Distance } | undefined {
  const [a, b] = [fileNumber(at.file), fileNumber(goal.file)];
  if (a === undefined || b === undefined || a.base !== b.base) return undefined;
  if (a.number === b.number) {
    const bytes = goal.position - at.position;
    return { order: -Math.sign(bytes), distance: { bytes: Math.max(bytes, 0) } };
  }
  return { order: Math.sign(a.number - b.number), distance: { files: Math.max(b.number - a.number, 0) } };
}

function fileNumber(file: string): { base: string; number: number } | undefined {
  const [, base, digits] = /^(.+)\.(\d+)$/.exec(file) ?? [];
  return base === undefined ? undefined : { base, number: Number(digits) };
}

/** MySQL: the number of transactions in `goal` that `at` lacks; with `source`, only of those that this server wrote. */
export function missingFromSet(at: string, goal: string, source?: string): number {
  const have = parseSet(at);
  let missing = 0;
  for (const [key, intervals] of parseSet(goal)) {
    if (source !== undefined && key.split(':', 1)[0] !== source.toLowerCase()) continue;
    for (const interval of intervals) missing += uncovered(interval, have.get(key) ?? []);
  }
  return missing;
}

type Interval = readonly [first: number, last: number];

/** `uuid:1-5:7`, since MySQL 8.3 with tags: `uuid:1-5:tag:1-3`. The keys are uuid and tag. */
function parseSet(text: string): Map<string, Interval[]> {
  const sets = new Map<string, Interval[]>();
  for (const part of text.replace(/\s+/g, '').toLowerCase().split(',').filter(Boolean)) {
    const [uuid = '', ...rest] = part.split(':');
    let source = uuid;
    for (const piece of rest) {
      const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(piece) ?? [];
      if (first === undefined) source = `${uuid}:${piece}`;
      else sets.set(source, [...(sets.get(source) ?? []), [Number(first), Number(last ?? first)]]);
    }
  }
  return sets;
}

/** How much of an interval none of these covers; they do not overlap in what servers print. */
function uncovered([first, last]: Interval, by: readonly Interval[]): number {
  const covered = by.map(([from, to]) => Math.max(0, Math.min(last, to) - Math.max(first, from) + 1));
  return last - first + 1 - covered.reduce((sum, n) => sum + n, 0);
}

/** MariaDB: how many sequence numbers `at` is behind `goal`, over all domains. */
export function behindInDomains(at: string, goal: string): number {
  const have = domains(at);
  return [...domains(goal)].reduce((sum, [domain, number]) => sum + Math.max(0, number - (have.get(domain) ?? 0)), 0);
}

/**
 * MariaDB: as {@link behindInDomains}, of what one server wrote. `at` and `goal` are any GTIDs, such as gtid_binlog_state, which
 * has the last of every server.
 */
export function behindOfServer(at: string, goal: string, serverId: number): number {
  const own = (text: string) => text.split(',').filter((gtid) => gtid.trim().split('-')[1] === String(serverId));
  return behindInDomains(own(at).join(), own(goal).join());
}

/** `domain-server-number`, comma-separated; the highest number of each domain. */
function domains(text: string): Map<string, number> {
  const highest = new Map<string, number>();
  for (const gtid of text.split(',')) {
    const [, domain = '', number] = /^\s*(\d+)-\d+-(\d+)\s*$/.exec(gtid) ?? [];
    if (number !== undefined) highest.set(domain, Math.max(highest.get(domain) ?? 0, Number(number)));
  }
  return highest;
}

/** `mysql-bin.000003:12045` */
export function positionText(at: LogPosition | undefined): string {
  return at === undefined ? '-' : `${at.file}:${at.position}`;
}

/** `3,400 bytes`, `2 binlog files`, `17 transactions`. */
export function distanceText({ bytes, files, transactions }: Distance): string {
  const parts = [
    ...(transactions === undefined ? [] : [counted(transactions, 'transaction')]),
    ...(files === undefined ? [] : [counted(files, 'binlog file')]),
    ...(bytes === undefined ? [] : [counted(bytes, 'byte')]),
  ];
  return parts.join(', ');
}
