import type { Session } from '../../adapters/mysql/session.ts';
import { ServerError } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import type { LogPosition } from './status.ts';

/** The number of transactions in a stretch of a binlog; `whole` is false if there were too many events to read them all. */
export interface Counted {
  readonly transactions: number;
  readonly whole: boolean;
}

/** Events to read at most, so that a binlog of gigabytes does not hold up the end of a failover. */
const MOST = 50_000;
/** Where the first event of every file is. */
const FIRST = 4;

/**
 * Counts the transactions that a server has in its binlog after `from`: each begins with a GTID event, also without GTIDs
 * (Anonymous_Gtid, MySQL 5.7 and later). @throws ServerError, for example if that file was purged.
 */
export async function countTransactions(session: Session, from: LogPosition): Promise<Counted> {
  const names = (await session.rows('SHOW BINARY LOGS')).map((row) => String(row.Log_name));
  const at = names.indexOf(from.file);
  if (at < 0)
    throw new ServerError({ server: nameOf(session.server), what: `its binlog has no ${from.file} any more` });
  let [left, transactions] = [MOST, 0];
  for (const name of names.slice(at)) {
    const position = name === from.file ? Math.trunc(from.position) : FIRST;
    const rows = await session.rows(`SHOW BINLOG EVENTS IN ? FROM ${position} LIMIT ${left}`, [name]);
    transactions += rows.filter((row) => /^(anonymous_)?gtid$/i.test(String(row.Event_type))).length;
    left -= rows.length;
    if (left <= 0) return { transactions, whole: false };
  }
  return { transactions, whole: true };
}
