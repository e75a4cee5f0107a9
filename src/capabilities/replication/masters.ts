import type { Endpoint } from '../../base/server.ts';
import type { ServerIdentity } from './identity.ts';
import type { Channel, ReplicationStatus } from './status.ts';

/**
 * True if the channel replicates from this server: by the server id that the replica heard, since its Master_Host may be
 * any alias of the master; by its address if one of the ids is not known.
 */
export function isFrom(
  channel: Channel,
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

/** A server that was asked, and what it answered, if it did. */
export interface Asked {
  readonly server: Endpoint;
  readonly status?: ReplicationStatus | undefined;
}

/**
 * Which of these servers is the master of a channel, by position in the list; undefined if none is. By the master's UUID
 * if both know it, else by host and port as the replica names them, else by server_id if only one has it: in a list that
 * somebody typed, a replica may call its master by another name, and two servers may have one id.
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

function isAt({ masterHost, masterPort }: Channel, { host, ip, port }: Endpoint): boolean {
  return masterPort === port && [host.toLowerCase(), ip.toLowerCase()].includes(masterHost.toLowerCase());
}
