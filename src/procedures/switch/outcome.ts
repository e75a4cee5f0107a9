import { nameOf, type Target } from '../../base/server.ts';
import type { ServerIdentity } from '../../capabilities/replication/identity.ts';
import { isFrom } from '../../capabilities/replication/masters.ts';
import { stopForGood } from '../../capabilities/replication/statements.ts';
import type { MasterNow } from '../../cluster/masterNow.ts';
import type { Observed } from '../../cluster/observe.ts';

export interface Expected {
  /** A server that may be dead. */
  readonly down?: Target | undefined;
  /** The master before, if known. */
  readonly former?: Target | undefined;
  /** Servers that may replicate from another replica (multi_tier_slave): MHA does not repoint them. */
  readonly multiTier?: readonly Target[];
}

/** What is wrong apart from {@link masterProblems}. No I/O. */
export function outcomeProblems(seen: readonly Observed[], now: MasterNow<Target>, expected: Expected): string[] {
  const master = seen.find((o) => o.server === now.master);
  return seen.flatMap((one) => {
    if (one === master) return leftoverProblems(one, seen);
    if (now.rivals.includes(one.server)) return [];
    if (one.identity) return master ? replicaProblems(one.server, one.identity, { master, seen, expected }) : [];
    return one.server === expected.down ? [] : [one.failure?.why ?? `${nameOf(one.server)} gave no answer`];
  });
}

/** Replicas that took writes before too: a switch opens only the master. Badly configured, but no failure. */
export function looseReplicas(seen: readonly Observed[], now: MasterNow<Target>, expected: Expected): string[] {
  return seen
    .filter(({ server }) => server !== now.master && !now.rivals.includes(server))
    .filter(({ server, identity }) => identity?.readOnly === false && wasLoose(server, expected))
    .map(({ server }) => `${nameOf(server)} is a replica and takes writes, as before: SET GLOBAL read_only = 1 there`);
}

function wasLoose(server: Target, { former }: Expected): boolean {
  return former !== undefined && server !== former;
}

/** MHA does not stop the new master's replication from the old one if a replica could not be switched (exit 10). */
function leftoverProblems({ server, identity }: Observed, seen: readonly Observed[]): string[] {
  if (!identity) return [];
  return identity.channels.flatMap((c) => {
    if (c.io === 'No' && c.sql === 'No') return [];
    if (!seen.some((o) => o.server !== server && isFrom(c, o.server, o.identity))) return [];
    const what = `still replicates from ${nameOf({ host: c.masterHost, port: c.masterPort })} (IO ${c.io}, SQL ${c.sql})`;
    const sql = stopForGood(identity.version, c.name);
    return [`${nameOf(server)} is the master and ${what}: on ${nameOf(server)} run ${sql}`];
  });
}

interface Around {
  readonly master: Observed;
  readonly seen: readonly Observed[];
  readonly expected: Expected;
}

function replicaProblems(server: Target, identity: ServerIdentity, { master, seen, expected }: Around): string[] {
  const problems: string[] = [];
  if (!identity.readOnly && !wasLoose(server, expected))
    problems.push(`${nameOf(server)} is not the master and takes writes`);
  const others = expected.multiTier?.includes(server) ? seen.filter((o) => o.server !== server) : [];
  const [channel] = [master, ...others].flatMap(
    (from) => identity.channels.find((c) => isFrom(c, from.server, from.identity)) ?? [],
  );
  if (!channel) problems.push(`${nameOf(server)} does not replicate from ${nameOf(master.server)}`);
  else if (channel.sql !== 'Yes' || !['Yes', 'Connecting', 'Preparing'].includes(channel.io)) {
    const what = `replication on ${nameOf(server)} is not running (IO ${channel.io}, SQL ${channel.sql})`;
    problems.push(`${what} ${channel.lastError}`.trim());
  }
  return problems;
}
