import { type Endpoint, nameOf } from '../../base/server.ts';
import type { Channel, ReplicationStatus } from '../../capabilities/replication/status.ts';
import type { Sync } from './sync.ts';

/** A channel, which of the servers asked is its master, and how it compares with it. */
export interface Link {
  readonly channel: Channel;
  readonly master: Endpoint | undefined;
  readonly sync: Sync;
  /** MySQL: transactions that this server wrote itself and its master has not. */
  readonly ownTransactions: number;
}

/** The master as it is named here, otherwise as the replica names it. */
export function masterName({ channel, master }: Pick<Link, 'channel' | 'master'>): string {
  return nameOf(master ?? { host: channel.masterHost, port: channel.masterPort });
}

/** What a server reports about itself, or why it could not be asked. */
export interface ServerStatus {
  readonly server: Endpoint;
  readonly status?: ReplicationStatus;
  readonly failure?: { readonly code: number | string | undefined; readonly reason: string };
  /** One for each channel, except for leftovers. */
  readonly links: readonly Link[];
  /** Replication that a switch left on a master, see {@link withoutLeftovers}. */
  readonly leftovers?: readonly Link[];
  /** The servers asked that replicate from it. */
  readonly replicas: readonly Endpoint[];
  /** One of two masters, see {@link withSplit}. */
  readonly split?: boolean;
}

/**
 * `master`, `replica of HOST:PORT`, both, `alone`; `not reachable`, or `?` if the account may not see it. A connection
 * that reads a replica's binlog proves nothing: it lingers after a switch, when the replicas have left.
 */
export function roleOf({ status, links, replicas }: ServerStatus): string {
  if (!status) return 'not reachable';
  const master = isMaster({ status, links, replicas });
  const of = links.map(masterName);
  if (of.length > 0) return `${master ? 'master, ' : ''}replica of ${of.join(' and ')}`;
  return master ? 'master' : status.refused.length > 0 ? '?' : 'alone';
}

/** True if another server is known to replicate from it. */
export function isMaster({ status, links, replicas }: Pick<ServerStatus, 'status' | 'links' | 'replicas'>): boolean {
  return replicas.length > 0 || (links.length === 0 && (status?.dumpThreads ?? 0) > 0);
}
