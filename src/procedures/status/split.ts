import { type Endpoint, nameOf } from '../../base/server.ts';
import { isSplit, masterNow } from '../../cluster/masterNow.ts';
import { compareWriters } from '../oldMaster/rivals.ts';
import type { ServerStatus } from './serverStatus.ts';

/**
 * Marks the servers of two masters, see {@link masterNow}. Servers that somebody named need not belong together: writers are
 * marked only if there is replication among the servers, and at least one writer has no replica of its own here.
 */
export function withSplit(seen: readonly ServerStatus[], oneCluster: boolean): ServerStatus[] {
  const now = masterNow(seen.map(standing), undefined);
  const writers = [now.master ?? [], now.rivals].flat();
  const apart = writers.every((server) => seen.some((one) => one.server === server && one.replicas.length > 0));
  const together = oneCluster || (seen.some(({ links }) => links.length > 0) && !apart);
  if (!isSplit(now) || !together) return [...seen];
  return seen.map((one) => (writers.includes(one.server) ? { ...one, split: true } : one));
}

function standing({ server, status, links }: ServerStatus) {
  const masters = links.flatMap(({ master }): Endpoint[] => (master ? [master] : []));
  const state = !status ? 'down' : status.readOnly ? 'closed' : 'writable';
  return { server, masters, state } as const;
}

/** The headline and what to do about two masters; undefined if there are none. */
export function splitVerdict(
  seen: readonly ServerStatus[],
): { readonly headline: string; readonly problems: string[] } | undefined {
  const writers = seen.filter(({ split }) => split);
  if (writers.length === 0) return undefined;
  const headline = `TWO MASTERS: ${writers.map(({ server }) => nameOf(server)).join(' and ')} take writes.`;
  const [first, ...others] = writers.flatMap(({ server, status }) =>
    status ? [{ name: nameOf(server), gtid: status.gtid, binlog: status.binlog }] : [],
  );
  const compared = first ? others.flatMap((other) => compareWriters(first, other)) : [];
  return { headline, problems: [...compared, WHAT_NOW] };
}

const WHAT_NOW =
  'mha_recover closes the one from which no other server replicates; if that is not certain, mha_recover --master_is=HOST closes all but the one that you name';
