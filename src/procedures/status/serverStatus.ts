import { type Endpoint, nameOf } from '../../base/server.ts';
import type { Channel, ReplicationStatus } from '../../capabilities/replication/status.ts';
import type { ChannelLevel } from './level.ts';

/** A channel, which of the servers that were asked is its master, and how it stands against it. */
export interface Link {
  readonly channel: Channel;
  readonly master: Endpoint | undefined;
  readonly level: ChannelLevel;
  /** MySQL: transactions that this server wrote itself and its master has not. */
  readonly ownTransactions: number;
}

/** The master as it was named here, else as the replica names it. */
export function masterName({ channel, master }: Pick<Link, 'channel' | 'master'>): string {
  return nameOf(master ?? { host: channel.masterHost, port: channel.masterPort });
}

/** One server: what it says about itself, or why it could not be asked. */
export interface ServerStatus {
  readonly server: Endpoint;
  readonly status?: ReplicationStatus;
  readonly failure?: { readonly code: number | string | undefined; readonly reason: string };
  /** One for each channel. */
  readonly links: readonly Link[];
  /** What a switch left on a master and is no replication any more; not among `links`. */
  readonly leftovers?: readonly Link[];
  /** Those of the servers asked that replicate from it. */
  readonly replicas: readonly Endpoint[];
}
