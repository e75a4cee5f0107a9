import { endpointOf, type Target } from '../../base/server.ts';
import { missingFromSet } from '../../capabilities/replication/gtids.ts';
import { masterIn } from '../../capabilities/replication/masters.ts';
import { readReplicationStatus } from '../../capabilities/replication/readStatus.ts';
import { answerLimit, observe } from '../../cluster/observe.ts';
import { checkEnds } from './ends.ts';
import { withoutLeftovers } from './leftovers.ts';
import { rounds } from './masters.ts';
import { prove } from './prove.ts';
import type { Link, ServerStatus } from './serverStatus.ts';
import { withSplit } from './split.ts';
import type { LookContext, Seen, View } from './view.ts';

/** Times in milliseconds. */
interface LookLimits {
  /** For a server's first answer, including the connection; 5 s by default. A slower server is not reachable. */
  readonly answerMs?: number;
  /** How long a replica may take to execute what its master had written; 1 s by default. */
  readonly syncWaitMs?: number;
  /** The servers are those of one configuration. */
  readonly oneCluster?: boolean;
}

/**
 * Looks at all servers at once; changes nothing and never throws because of a server. Takes as long as the slowest
 * answer, and then at most `syncWaitMs` for each tier of replicas: a master is asked before its replicas, and a replica
 * is polled until it has executed what its master had written then (see {@link Sync}). A replica of a replica is
 * compared with what that one had written once it was in sync itself.
 */
export async function lookAtReplication(
  context: LookContext,
  targets: readonly Target[],
  { answerMs = 5000, syncWaitMs = 1000, oneCluster = false }: LookLimits = {},
): Promise<ServerStatus[]> {
  const seen = await firstLooks(context, targets, answerMs);
  const mastersOf = seen.map((one, index) =>
    (one.status?.channels ?? []).map((channel) => masterIn(channel, index, seen)),
  );
  const view: View = { context, seen, mastersOf, answerMs, syncWaitMs };
  for (const round of rounds(mastersOf.map((masters) => masters.filter((m) => m !== undefined)))) {
    await Promise.all(round.map((index) => prove(view, index)));
  }
  await checkEnds(view);
  const found = withoutLeftovers(seen.map((one, index) => toStatus(view, one, index)));
  return withSplit(found, oneCluster);
}

async function firstLooks(context: LookContext, targets: readonly Target[], answerMs: number): Promise<Seen[]> {
  const ask = async (server: Target) => ({ status: await readReplicationStatus(await context.sessions.of(server)) });
  const asked = await observe(targets, ask, answerLimit(answerMs));
  if (asked.some(({ failure }) => failure)) context.signal?.throwIfAborted();
  return asked.map(({ server, ...found }) => ({ target: server, server: endpointOf(server), syncs: [], ...found }));
}

function toStatus(view: View, { server, status, failure, syncs }: Seen, index: number): ServerStatus {
  const links = (status?.channels ?? []).map((channel, n): Link => {
    const master = view.mastersOf[index]?.[n] ?? -1;
    const sync = syncs[n] ?? { state: 'unknown', why: 'it could not be asked again' };
    return { channel, master: view.seen[master]?.server, sync, ownTransactions: ownTransactions(view, index, master) };
  });
  const replicas = view.seen.filter((_, other) => view.mastersOf[other]?.includes(index)).map((o) => o.server);
  return { server, links, replicas, ...(status ? { status } : {}), ...(failure ? { failure } : {}) };
}

/** MySQL: how many transactions this server wrote and its master lacks; 0 for a master pair, where that is normal. */
function ownTransactions(view: View, index: number, master: number): number {
  const [own, above] = [view.seen[index]?.status, view.seen[master]?.status];
  if (!own?.uuid || !above?.gtid.executed || view.mastersOf[master]?.includes(index)) return 0;
  return missingFromSet(above.gtid.executed, own.gtid.executed ?? '', own.uuid);
}
