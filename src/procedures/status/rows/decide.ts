import { behindOfServer, missingFromSet, withoutGaps } from '../../../capabilities/replication/gtids.ts';
import type { GtidState } from '../../../capabilities/replication/status.ts';

/** The dead master, as its replicas knew it. */
export interface DeadMaster {
  readonly name: string;
  /** Undefined if no replica had it, or not all the same. */
  readonly serverId: number | undefined;
  /** MySQL only. */
  readonly uuid: string | undefined;
}

/** A server after the failover, and what it had replicated before. */
export interface Survivor {
  readonly name: string;
  readonly isNewMaster: boolean;
  /** True for the new master, and for a server that replicates from it or from another survivor. */
  readonly follows: boolean;
  /** Undefined if it could not be asked; `before` also if that was not done. */
  readonly gtid: GtidState | undefined;
  readonly before: GtidState | undefined;
  /** True if its replication runs, and brings by itself whatever its master has: by GTID on MySQL, or from another replica. */
  readonly fetchesAll: boolean;
  /** True if that replication has no connection yet, and tries to get one. */
  readonly connecting: boolean;
  /** True if its GTIDs may lack transactions that it has: `disable_log_bin` in MHA's file, log_slave_updates off on MariaDB. */
  readonly unlogged: boolean;
}

/**
 * `lacking`: MHA did not bring them, and replication never will; `coming`: it will. `transactions` of MariaDB are numbers,
 * which may have gaps.
 */
export type Verdict =
  | { readonly state: 'complete' }
  | { readonly state: 'lacking' | 'coming'; readonly transactions: number; readonly from: string }
  | { readonly state: 'unknown'; readonly why: string };

/**
 * Whether a server has every transaction of the dead master that another survivor has. MHA copies them with `mysqlbinlog |
 * mysql`, which keeps their GTIDs (seen on MariaDB 10.11 and MySQL 9.7), and then points each replica at the end of the new
 * master's binlog: nothing that is missing by then is ever replicated. What only the dead master had is not compared here.
 * The first row that matches decides:
 *
 * | this server                                                       | verdict  |
 * |-------------------------------------------------------------------|----------|
 * | cannot be asked                                                   | unknown  |
 * | replicates from none of the survivors                             | unknown  |
 * | nobody knows who the dead master was                              | unknown  |
 * | has no GTIDs, or no other survivor that could be asked has any    | unknown  |
 * | lacks nothing, as far as GTIDs show; another's do not show all    | unknown  |
 * | lacks nothing that another has                                    | complete |
 * | lacks some; fetches all by itself, or will once it connects       | coming   |
 * | lacks some, as far as its GTIDs show, and they do not show all    | unknown  |
 * | lacks only older ones than its last before the failover (MySQL)   | unknown  |
 * | lacks some                                                        | lacking  |
 *
 * It is compared with the new master first: if several servers have more, the one from which most is missing is named.
 */
export function proveRows(server: Survivor, all: readonly Survivor[], dead: DeadMaster): Verdict {
  if (!server.gtid) return { state: 'unknown', why: 'it cannot be asked' };
  if (!server.follows) return { state: 'unknown', why: 'it replicates from none of the others' };
  if (dead.serverId === undefined) return { state: 'unknown', why: `no replica knew the server_id of ${dead.name}` };
  const others = all.filter((other) => other !== server).sort((a, b) => Number(b.isNewMaster) - Number(a.isNewMaster));
  const compared = others.flatMap((other) => {
    const transactions = lacks(server, other, dead);
    return transactions === undefined ? [] : [{ transactions, other }];
  });
  const [first, ...rest] = compared;
  if (!first) return { state: 'unknown', why: others.length === 0 ? 'it is the only one left' : NO_GTIDS };
  const { transactions, other } = rest.reduce(
    (most, one) => (one.transactions > most.transactions ? one : most),
    first,
  );
  if (transactions === 0) {
    const unlogged = compared.find((one) => one.other.unlogged)?.other;
    return unlogged ? { state: 'unknown', why: `the binlog of ${unlogged.name} ${NOT_ALL}` } : { state: 'complete' };
  }
  if (server.fetchesAll) return { state: 'coming', transactions, from: other.name };
  if (server.unlogged) return { state: 'unknown', why: `its binlog ${NOT_ALL}` };
  if (compared.every((one) => lacksOldOnly(server, one.other, dead))) return { state: 'unknown', why: OLD_GAPS };
  return { state: 'lacking', transactions, from: other.name };
}

const NO_GTIDS = 'the servers have no GTIDs to compare, so this rests on MHA’s word';
const NOT_ALL = 'does not have what was replicated, or replayed by MHA';
const OLD_GAPS = 'its GTIDs had these gaps before the failover, as those of a replica built from a dump without GTIDs';

/** MySQL: whether all that is lacking is older than the last that it had before the failover, from each writer. */
function lacksOldOnly(server: Survivor, other: Survivor, dead: DeadMaster): boolean {
  const { gtid, before } = server;
  if (!gtid?.executed || !before?.executed) return false;
  const executed = `${gtid.executed},${withoutGaps(before.executed)}`;
  return lacks({ ...server, gtid: { ...gtid, executed } }, other, dead) === 0;
}

/** How many of the dead master's transactions one has and the other lacks; undefined if GTIDs do not tell. */
function lacks(server: Survivor, other: Survivor, dead: DeadMaster): number | undefined {
  const [have, goal] = [server.gtid, other.gtid];
  if (!have || !goal || dead.serverId === undefined) return undefined;
  if (have.on && goal.on && dead.uuid) return missingFromSet(have.executed ?? '', goal.executed ?? '', dead.uuid);
  if (have.binlogState === undefined || goal.binlogState === undefined) return undefined;
  return behindOfServer(known(server), known(other), dead.serverId);
}

/**
 * MariaDB: a new binlog_state has only what was logged since, so what was replicated before the failover counts too. The
 * gtid_slave_pos after it proves nothing: the new master sends its own to a replica that begins by position (seen). The new
 * master itself begins nowhere: its own is what it has replicated.
 */
function known({ gtid, before, isNewMaster }: Survivor): string {
  return [gtid?.binlogState, isNewMaster && gtid?.slave, before?.binlogState, before?.slave].filter(Boolean).join();
}
