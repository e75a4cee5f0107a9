import type { Endpoint } from '../../base/server.ts';
import type { ServerIdentity } from './identity.ts';
import type { Channel, ReplicationStatus } from './status.ts';

/**
 * True if the channel replicates from this server: compares the server id, since Master_Host may be any alias of the master,
 * or the address if an id is unknown.
 */
export function isFrom(
  channel: Pick<Channel, 'masterHost' | 'masterPort' | 'masterServerId'>,
  master: Endpoint,
  identity: Pick<ServerIdentity, 'serverId'> | undefined,
): boolean {
  if (channel.masterServerId !== 0 && identity) return channel.masterServerId === identity.serverId;
  return isAt(channel, master);
}

/** True if a server of this identity replicates from this master. */
export function replicatesFrom(
  identity: Pick<ServerIdentity, 'channels'> | undefined,
  master: Endpoint,
  masters: Pick<ServerIdentity, 'serverId'> | undefined,
): boolean {
  return identity?.channels.some((channel) => isFrom(channel, master, masters)) ?? false;
}

/** A server and its answer, if any. */
export interface Asked {
  readonly server: Endpoint;
  readonly status?: ReplicationStatus | undefined;
}

/**
 * The index of a channel's master in this list; undefined if it is not there. Compares the UUID if both know it, otherwise
 * the replica's host and port, otherwise the server_id if it is unique: in a list that somebody typed, a replica may have
 * another name for its master, and two servers may share an id.
 */
export function masterIn(channel: Channel, replica: number, asked: readonly Asked[]): number | undefined {
  const find = (fits: (other: Asked) => boolean): number | undefined => {
    const found = asked.flatMap((other, index) => (index !== replica && fits(other) ? [index] : []));
    return found.length === 1 ? found[0] : undefined;
  };
  const { masterUuid: uuid, masterServerId: id } = channel;
  const byUuid = uuid === undefined ? -1 : asked.findIndex(({ status }, at) => at !== replica && status?.uuid === uuid);
  if (byUuid >= 0) return byUuid;
  return find(({ server }) => isAt(channel, server)) ?? (id === 0 ? undefined : find((o) => o.status?.serverId === id));
}

function isAt(
  { masterHost, masterPort }: Pick<Channel, 'masterHost' | 'masterPort'>,
  { host, ip, port }: Endpoint,
): boolean {
  return masterPort === port && [host.toLowerCase(), ip.toLowerCase()].includes(masterHost.toLowerCase());
}
