import type { GtidState } from './status.ts';

/** Transactions that one server has and another lacks. */
export interface Lacking {
  /** MySQL: a GTID set. MariaDB: `0-1-101 to 0-1-140`, comma-separated. `''` if none is lacking. */
  readonly gtids: string;
  readonly transactions: number;
}

/**
 * The transactions of `here` that `there` lacks; undefined if their GTIDs cannot be compared (MySQL without gtid_mode, or two
 * kinds of server). MariaDB reports the last number of each server in a domain only: between two of them every number counts
 * as a transaction, which holds for what a server wrote without a break.
 */
export function lackedBy(there: GtidState, here: GtidState): Lacking | undefined {
  if (here.on && there.on) return ofSets(parseSet(there.executed ?? ''), parseSet(here.executed ?? ''));
  if (here.binlogState === undefined || there.binlogState === undefined) return undefined;
  return ofNumbers(numbersOf(there), numbersOf(here));
}

/** What `there` has of the server with this id or UUID: its last GTIDs; undefined if it has none or does not say. */
export function lastOf(there: GtidState, writer: { readonly id: number; readonly uuid?: string | undefined }) {
  if (there.executed !== undefined) {
    const own = [...parseSet(there.executed)].filter(([key]) => key.split(':', 1)[0] === writer.uuid?.toLowerCase());
    return own.length === 0 ? undefined : setText(own);
  }
  const own = [...numbersOf(there)].filter(([key]) => key.endsWith(`-${writer.id}`));
  return own.length === 0 ? undefined : own.map(([key, number]) => `${key}-${number}`).join(',');
}

/** MySQL: the number of transactions in `goal` that `at` lacks; with `source`, only of those that this server wrote. */
export function missingFromSet(at: string, goal: string, source?: string): number {
  const wanted = [...parseSet(goal)].filter(
    ([key]) => source === undefined || key.split(':', 1)[0] === source.toLowerCase(),
  );
  return ofSets(parseSet(at), new Map(wanted)).transactions;
}

/** MySQL: the set with every number up to the last one of each source. */
export function withoutGaps(text: string): string {
  return setText([...parseSet(text)].map(([key, all]) => [key, [[1, Math.max(...all.map(([, last]) => last))]]]));
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

type Interval = readonly [first: number, last: number];
type Sets = ReadonlyMap<string, readonly Interval[]>;

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

function ofSets(there: Sets, here: Sets): Lacking {
  const left = [...here]
    .map(([key, intervals]) => [key, without(intervals, there.get(key) ?? [])] as const)
    .filter(([, intervals]) => intervals.length > 0);
  const count = left.flatMap(([, intervals]) => intervals).reduce((sum, [first, last]) => sum + last - first + 1, 0);
  return { gtids: setText(left), transactions: count };
}

function without(intervals: readonly Interval[], covered: readonly Interval[]): Interval[] {
  return covered.reduce<Interval[]>(
    (left, [from, to]) =>
      left.flatMap(([first, last]) => {
        const parts: Interval[] = [
          [first, Math.min(last, from - 1)],
          [Math.max(first, to + 1), last],
        ];
        return to < first || from > last ? [[first, last] as Interval] : parts.filter(([a, b]) => a <= b);
      }),
    [...intervals],
  );
}

function setText(sets: readonly (readonly [string, readonly Interval[]])[]): string {
  const text = ([first, last]: Interval) => (first === last ? `${first}` : `${first}-${last}`);
  return sets.map(([key, intervals]) => [key, ...intervals.map(text)].join(':')).join(',');
}

/** MariaDB: the highest number by `domain-server` that is in the binlog or was replicated. */
function numbersOf({ binlogState = '', slave = '', current = '' }: GtidState): Map<string, number> {
  const highest = new Map<string, number>();
  for (const gtid of [binlogState, slave, current].join(',').split(',')) {
    const [, key = '', number] = /^\s*(\d+-\d+)-(\d+)\s*$/.exec(gtid) ?? [];
    if (number !== undefined) highest.set(key, Math.max(highest.get(key) ?? 0, Number(number)));
  }
  return highest;
}

function ofNumbers(there: ReadonlyMap<string, number>, here: ReadonlyMap<string, number>): Lacking {
  const domainOf = (key: string) => key.split('-', 1)[0];
  const left = [...here].flatMap(([key, last]) => {
    // What another server wrote in this domain in between, and both have, is not lacking.
    const between = [...here].filter(([other, at]) => {
      return domainOf(other) === domainOf(key) && at < last && (there.get(other) ?? 0) >= at;
    });
    const known = Math.max(there.get(key) ?? 0, ...between.map(([, at]) => at));
    return last > known ? [{ key, first: known + 1, last }] : [];
  });
  const text = left.map(({ key, first, last }) => {
    return first === last ? `${key}-${last}` : `${key}-${first} to ${key}-${last}`;
  });
  return { gtids: text.join(', '), transactions: left.reduce((sum, { first, last }) => sum + last - first + 1, 0) };
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
