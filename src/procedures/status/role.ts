import { masterName, type ServerStatus } from './serverStatus.ts';

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
