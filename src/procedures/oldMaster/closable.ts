import { isSplit, type MasterNow, masterNow, type Standing } from '../../cluster/masterNow.ts';

/** What to do about servers that take writes beside the master. */
export type SecondMasters<Server> =
  | { readonly action: 'none' }
  | { readonly action: 'close'; readonly master: Server; readonly rivals: readonly Server[] }
  | {
      readonly action: 'leave';
      readonly rivals: readonly Server[];
      readonly why: Doubt;
      readonly about: readonly Server[];
    };

/** Why it is not certain who the master is; `about` names the servers. */
export type Doubt =
  | 'no master'
  | 'master takes no writes'
  | 'no replica'
  | 'cannot be asked'
  | 'reads from another'
  | 'opened last'
  | 'chosen is closed';

/** `reads`: those of `masters` whose binlog it reads now. MHA stops reading at first, and repoints a replica much later. */
export interface Seen<Server> extends Standing<Server> {
  readonly reads: readonly Server[];
}

/** What is known apart from the servers: the operator's word, and the server that the last recorded switch opened. */
export interface Known<Server> {
  readonly master?: Server | undefined;
  readonly down?: readonly Server[];
  readonly opened?: Server | undefined;
}

/**
 * Decides from a fresh look, see {@link masterNow}. The first matching row decides:
 *
 * | the operator names | writers | the master | the others | decision |
 * |--------------------|---------|------------|------------|----------|
 * |                    | none beside the master |  |       | none |
 * | nobody             | one     | read_only, or not answering | | none: there is one writer |
 * | a server that takes writes | others |     |            | close all other writers |
 * | a server that takes none | others |       |            | leave: it would leave no writer |
 * |                    | several | unknown    |            | leave |
 * |                    | several | read_only, or not answering | | leave: it would leave no writer |
 * |                    | one was opened by the last switch | another server | | leave |
 * |                    | others  | takes writes | one cannot be asked | leave: it may read from another one |
 * |                    | others  | takes writes | one reads from another one | leave |
 * |                    | others  | takes writes | none reads from the master | leave |
 * |                    | others  | takes writes | at least one reads from the master | close the other writers |
 *
 * "The others" are the servers that are no writers, without those that the operator says are down; reading over a replica
 * counts. Invariant: after `close` one server takes writes.
 */
export function secondMasters<Server>(seen: readonly Seen<Server>[], known: Known<Server> = {}): SecondMasters<Server> {
  const now = masterNow(seen, known.master);
  const { master, rivals } = now;
  if (rivals.length === 0 || (known.master === undefined && !isSplit(now))) return { action: 'none' };
  if (!master) return { action: 'leave', rivals, why: 'no master', about: rivals };
  const doubt = doubtOf(seen, now, master, known);
  return doubt ? { action: 'leave', rivals, ...doubt } : { action: 'close', master, rivals };
}

function doubtOf<Server>(
  seen: readonly Seen<Server>[],
  { state, rivals }: MasterNow<Server>,
  master: Server,
  known: Known<Server>,
): { readonly why: Doubt; readonly about: readonly Server[] } | undefined {
  const isChosen = known.master !== undefined;
  if (state !== 'writable') return { why: isChosen ? 'chosen is closed' : 'master takes no writes', about: [master] };
  if (isChosen) return undefined;
  if (known.opened !== undefined && rivals.includes(known.opened)) return { why: 'opened last', about: [known.opened] };
  const others = seen.filter(
    (s) => s.server !== master && !rivals.includes(s.server) && !known.down?.includes(s.server),
  );
  const silent = others.filter((one) => one.state === 'down');
  if (silent.length > 0) return { why: 'cannot be asked', about: silent.map(({ server }) => server) };
  const astray = others.filter((one) => one.reads.length > 0 && !readsFrom(seen, one.server, master));
  if (astray.length > 0) return { why: 'reads from another', about: astray.map(({ server }) => server) };
  return others.some(({ reads }) => reads.length > 0) ? undefined : { why: 'no replica', about: [master] };
}

/** Directly, or through other servers. */
function readsFrom<Server>(
  seen: readonly Seen<Server>[],
  server: Server,
  master: Server,
  past: readonly Server[] = [],
): boolean {
  const reads = seen.find((one) => one.server === server)?.reads ?? [];
  return reads.some(
    (one) => one === master || (!past.includes(one) && readsFrom(seen, one, master, [...past, server])),
  );
}
