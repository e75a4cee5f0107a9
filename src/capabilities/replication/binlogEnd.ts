import { understood } from '../../adapters/mysql/dialect.ts';
import type { Row, Session } from '../../adapters/mysql/session.ts';
import type { Channel, LogPosition } from './status.ts';

/** The end of a server's binlog, and on MySQL the GTIDs of all that it has executed (`''` without GTIDs). */
export interface BinlogEnd extends LogPosition {
  readonly gtids: string;
}

/** Undefined if the server writes no binlog. @throws ServerError */
export async function readBinlogEnd(session: Session): Promise<BinlogEnd | undefined> {
  const row = await binlogRow(session);
  return row && { file: String(row.File), position: Number(row.Position), gtids: String(row.Executed_Gtid_Set ?? '') };
}

/** The server's own binlog status; undefined if it writes none. @throws ServerError */
export async function binlogRow(session: Session): Promise<Row | undefined> {
  const { binlogStatus } = await session.dialect();
  const [row] = await understood(binlogStatus, (sql) => session.rows(sql));
  return row;
}

/**
 * True if the server has executed its master's binlog up to `end`: by position, or by GTID if both use it, since MySQL's
 * position may stand still although all is executed (seen on 9.7).
 */
export async function hasExecuted(session: Session, { executed }: Channel, end: BinlogEnd): Promise<boolean> {
  if (reaches(executed, end)) return true;
  if (end.gtids === '') return false;
  const sql = "SELECT @@GLOBAL.gtid_mode = 'ON' AND GTID_SUBSET(?, @@GLOBAL.gtid_executed) AS done";
  const [row] = await session.rows(sql, [end.gtids]);
  return Number(row?.done) === 1;
}

/** True if `a` is at or after `b` in one server's binlog, whose files are numbered. Undefined is before everything. */
export function reaches(a: LogPosition | undefined, b: LogPosition): boolean {
  const number = ({ file }: LogPosition) => Number(/\d+$/.exec(file)?.[0] ?? -1);
  if (!a) return false;
  return number(a) === number(b) ? a.position >= b.position : number(a) > number(b);
}
