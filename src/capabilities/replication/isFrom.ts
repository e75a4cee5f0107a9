import type { Target } from '../../base/server.ts';
import type { Channel, ServerIdentity } from './replication.ts';

/**
 * By the server id that the replica heard, since its Master_Host may be any alias of the master; by its address if that is
 * not known.
 */
export function isFrom(
  channel: Channel,
  master: Target,
  identity: Pick<ServerIdentity, 'serverId'> | undefined,
): boolean {
  if (channel.masterServerId !== 0 && identity) return channel.masterServerId === identity.serverId;
  return channel.masterPort === master.port && [master.host, master.ip].includes(channel.masterHost);
}
