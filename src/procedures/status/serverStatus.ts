import { type Endpoint, nameOf } from '../../base/server.ts';
import type { Channel, ReplicationStatus } from '../../capabilities/replication/status.ts';
import type { ChannelLevel } from './level.ts';

/** A channel, which of the servers asked is its master, and how it compares with it. */
export interface Link {
  readonly channel: Channel;
  readonly master: Endpoint | undefined;
  readonly level: ChannelLevel;
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
}
