import { type Endpoint, nameOf } from '../../base/server.ts';
import { stopForGood } from '../../capabilities/replication/statements.ts';
import { type Link, masterName, type ServerStatus } from './serverStatus.ts';

/**
 * Sets aside the replication that a switch left on the new master (MHA does so if a replica could not be switched): two
 * servers replicate from each other; one takes writes and its SQL thread is stopped without an error, the other is
 * read_only and replicates. The first is then the master, not a replica that lags. In a master pair, both threads run
 * on both.
 */
export function withoutLeftovers(seen: readonly ServerStatus[]): ServerStatus[] {
  const isLeftover = (one: ServerStatus, link: Link) => {
    const other = seen.find((s) => s.server === link.master);
    const back = other?.links.find((l) => l.master === one.server);
    const { sql, errors } = link.channel;
    if (!back || !other?.status?.readOnly || one.status?.readOnly !== false) return false;
    return sql === 'No' && errors.length === 0 && back.channel.io === 'Yes' && back.channel.sql === 'Yes';
  };
  const follows = (replica: Endpoint, master: Endpoint) =>
    seen.some((s) => s.server === replica && s.links.some((l) => l.master === master && !isLeftover(s, l)));
  return seen.map((one) => {
    const leftovers = one.links.filter((link) => isLeftover(one, link));
    const replicas = one.replicas.filter((replica) => follows(replica, one.server));
    if (leftovers.length === 0) return { ...one, replicas };
    return { ...one, replicas, leftovers, links: one.links.filter((link) => !leftovers.includes(link)) };
  });
}

/** A sentence for each, with the statement that removes it. */
export function leftoverProblems({ server, status, leftovers = [] }: ServerStatus): string[] {
  const name = nameOf(server);
  return leftovers.map((link) => {
    const { name: channel, io, sql } = link.channel;
    const left = `a switch left its replication from ${masterName(link)} (IO ${io}, SQL ${sql})`;
    return `${name} is the master, and ${left}: on ${name} run ${stopForGood(status?.version ?? '', channel)}`;
  });
}
