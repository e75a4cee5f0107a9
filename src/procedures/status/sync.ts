import { behindInDomains, missingFromSet } from '../../capabilities/replication/gtids.ts';
import type { Channel, GtidState, LogPosition } from '../../capabilities/replication/status.ts';
import { compareLogs, type Distance } from './text/positions.ts';

/** What a master had written when it was asked. */
export interface Mark {
  readonly binlog: LogPosition | undefined;
  readonly gtid: GtidState;
}

/**
 * How a channel compares with its master. In sync: the replica has executed everything that the master had written when
 * it was asked, which was before the replica was asked; `beyond`: and even more, as with a busy master. It says nothing
 * about what the master has written since, or about the rows themselves.
 */
export type Sync =
  | { readonly state: 'inSync'; readonly beyond: boolean }
  | { readonly state: 'behind'; readonly by: Distance }
  | { readonly state: 'unknown'; readonly why: string };

/**
 * Compares a channel with what its master had written. MySQL with auto-position: by GTID set, because the server updates
 * its executed position only now and then. Otherwise by file and position; on MariaDB with GTID and one channel, the
 * replicated GTIDs prove as much, and are the only proof before the first event of a new connection.
 */
export function syncOf(channel: Channel, replica: { gtid: GtidState; channels: number }, mark: Mark): Sync {
  if (bySets(channel, replica.gtid, mark)) {
    const [have, wanted] = [replica.gtid.executed ?? '', mark.gtid.executed ?? ''];
    const transactions = missingFromSet(have, wanted);
    if (transactions > 0) return { state: 'behind', by: { transactions } };
    return { state: 'inSync', beyond: hasMoreOf(channel, have, wanted) };
  }
  const byPosition = byPositions(channel, mark);
  if (byPosition.state === 'inSync' || !channel.usesGtid || replica.channels > 1) return byPosition;
  return byDomains(replica.gtid.slave, mark.gtid.binlog) ?? byPosition;
}

function byPositions(channel: Channel, mark: Mark): Sync {
  if (!mark.binlog) return { state: 'unknown', why: 'the binlog of its master is off or not visible to this account' };
  if (!channel.executed) return { state: 'unknown', why: 'it has not read anything from its master' };
  const found = compareLogs(channel.executed, mark.binlog);
  if (!found) return { state: 'unknown', why: 'its position is in another binlog than its master has' };
  return found.order < 0 ? { state: 'behind', by: found.distance } : { state: 'inSync', beyond: found.order > 0 };
}

/** Can only prove that a replica is in sync: numbers of a domain may have gaps. */
function byDomains(replicated: string | undefined, written: string | undefined): Sync | undefined {
  if (!replicated || !written) return undefined;
  return behindInDomains(replicated, written) === 0 ? { state: 'inSync', beyond: false } : undefined;
}

/** True if a replica has executed what its master has not written: the master lost it, or its binlogs were reset. */
export function beyondTheEnd(channel: Channel, replica: GtidState, now: Mark): boolean {
  if (bySets(channel, replica, now)) return hasMoreOf(channel, replica.executed ?? '', now.gtid.executed ?? '');
  if (!channel.executed || !now.binlog) return false;
  return (compareLogs(channel.executed, now.binlog)?.order ?? 0) > 0;
}

/** Counts only transactions that the master itself wrote; false if the replica does not know its UUID. */
function hasMoreOf({ masterUuid }: Channel, have: string, masterHas: string): boolean {
  return masterUuid !== undefined && missingFromSet(masterHas, have, masterUuid) > 0;
}

function bySets(channel: Channel, replica: GtidState, mark: Mark): boolean {
  return channel.usesGtid && mark.gtid.on === true && replica.executed !== undefined;
}
