/** `masters`: those of the others that it replicates from. */
export interface Placed<Server> {
  readonly server: Server;
  readonly masters: readonly Server[];
  readonly readOnly: boolean;
}

/**
 * The only server that others replicate from and that replicates from none of them, even if it is read_only. If several
 * servers qualify, or none (a pair that replicates both ways, no replication), the only one of them that takes writes.
 */
export function masterAmong<Server>(servers: readonly Placed<Server>[]): Server | undefined {
  const followed = servers.filter((one) => servers.some((other) => other.masters.includes(one.server)));
  const tops = topsOf(servers);
  const both = tops.filter((one) => followed.includes(one));
  const likely = [both, followed, tops].find((group) => group.length > 0) ?? [];
  const [only, ...others] = likely.length === 1 ? likely : likely.filter((one) => !one.readOnly);
  return others.length === 0 ? only?.server : undefined;
}

/** Those that replicate from none of the others. */
export function topsOf<Server>(servers: readonly Placed<Server>[]): Placed<Server>[] {
  return servers.filter((one) => one.masters.length === 0);
}
