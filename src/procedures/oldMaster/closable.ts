import { type MasterNow, masterNow, type Standing } from '../../cluster/masterNow.ts';

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
  | 'does not follow'
  | 'chosen is closed';

/**
 * Decides from a fresh look, see {@link masterNow}. The first matching row decides:
 *
 * | the operator names        | writers | the master                  | the others                        | decision |
 * |---------------------------|---------|-----------------------------|-----------------------------------|----------|
 * | a server that takes writes | others |                             |                                   | close all other writers |
 * | a server that takes none  | others  |                             |                                   | leave: it would leave no writer |
 * |                           | none beside the master |              |                                   | none |
 * |                           | several | unknown                     |                                   | leave: choose one |
 * |                           | others  | read_only, or not answering |                                   | leave: it would leave no writer |
 * |                           | others  | takes writes                | one cannot be asked               | leave: it may replicate from another |
 * |                           | others  | takes writes                | one does not replicate from it    | leave |
 * |                           | others  | takes writes                | there are none                    | leave: choose one |
 * |                           | others  | takes writes                | all replicate from it             | close the other writers |
 *
 * "The others" are the servers that are no writers, without those that the operator says are down; a replica of a replica
 * counts. Invariant: after `close` one server takes writes.
 */
export function secondMasters<Server>(
  seen: readonly Standing<Server>[],
  word: { readonly master?: Server | undefined; readonly down?: readonly Server[] } = {},
): SecondMasters<Server> {
  const now = masterNow(seen, word.master);
  const { master, rivals } = now;
  if (rivals.length === 0 || (!master && rivals.length < 2)) return { action: 'none' };
  if (!master) return { action: 'leave', rivals, why: 'no master', about: rivals };
  const doubt = doubtOf(seen, now, master, word);
  return doubt ? { action: 'leave', rivals, ...doubt } : { action: 'close', master, rivals };
}

function doubtOf<Server>(
  seen: readonly Standing<Server>[],
  { state, rivals }: MasterNow<Server>,
  master: Server,
  word: { readonly master?: Server | undefined; readonly down?: readonly Server[] },
): { readonly why: Doubt; readonly about: readonly Server[] } | undefined {
  const isChosen = word.master !== undefined;
  if (state !== 'writable') return { why: isChosen ? 'chosen is closed' : 'master takes no writes', about: [master] };
  if (isChosen) return undefined;
  const others = seen.filter(
    (s) => s.server !== master && !rivals.includes(s.server) && !word.down?.includes(s.server),
  );
  const silent = others.filter((one) => one.state === 'down');
  if (silent.length > 0) return { why: 'cannot be asked', about: silent.map(({ server }) => server) };
  const astray = others.filter((one) => !follows(seen, one.server, master));
  if (astray.length > 0) return { why: 'does not follow', about: astray.map(({ server }) => server) };
  return others.length === 0 ? { why: 'no replica', about: [master] } : undefined;
}

/** Directly, or through other servers. */
function follows<Server>(
  seen: readonly Standing<Server>[],
  server: Server,
  master: Server,
  past: readonly Server[] = [],
): boolean {
  const masters = seen.find((one) => one.server === server)?.masters ?? [];
  return masters.some(
    (one) => one === master || (!past.includes(one) && follows(seen, one, master, [...past, server])),
  );
}
