import type { Endpoint } from '../../base/server.ts';
import type { ReplicaChannel, ReplicationStatus } from '../../capabilities/replication/status.ts';

/** A server that was asked, and what it answered, if it did. */
export interface Asked {
  readonly server: Endpoint;
  readonly status?: ReplicationStatus | undefined;
}

/**
 * Which of these servers is the master of a channel, by position in the list; undefined if none is. By the master's
 * UUID if both know it, else by host and port as the replica names them, else by server_id if only one has it:
 * a replica may call its master by another name than whoever asks.
 */
export function masterIn(channel: ReplicaChannel, replica: number, asked: readonly Asked[]): number | undefined {
  const find = (fits: (other: Asked) => boolean): number | undefined => {
    const found = asked.flatMap((other, index) => (index !== replica && fits(other) ? [index] : []));
    return found.length === 1 ? found[0] : undefined;
  };
  const { masterUuid: uuid, masterServerId: id } = channel;
  const byUuid = uuid === undefined ? -1 : asked.findIndex(({ status }, at) => at !== replica && status?.uuid === uuid);
  if (byUuid >= 0) return byUuid;
  return find(({ server }) => isAt(channel, server)) ?? (id === 0 ? undefined : find((o) => o.status?.serverId === id));
}

function isAt(channel: ReplicaChannel, { host, ip, port }: Endpoint): boolean {
  const named = channel.masterHost.toLowerCase();
  return channel.masterPort === port && [host.toLowerCase(), ip.toLowerCase()].includes(named);
}

/**
 * Servers in the order in which they can be proven level: each after its masters, those with the same number of masters
 * above them together. What is in a circle comes last, all at once.
 */
export function rounds(mastersOf: readonly (readonly number[])[]): number[][] {
  const done = new Set<number>();
  const result: number[][] = [];
  while (done.size < mastersOf.length) {
    const left = mastersOf.flatMap((_, index) => (done.has(index) ? [] : [index]));
    const ready = left.filter((index) => (mastersOf[index] ?? []).every((master) => done.has(master)));
    const round = ready.length > 0 ? ready : left;
    result.push(round);
    for (const index of round) done.add(index);
  }
  return result;
}
