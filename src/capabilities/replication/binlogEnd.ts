import { understood } from '../../adapters/mysql/dialect.ts';
import type { Row, Session } from '../../adapters/mysql/session.ts';
import type { Channel, LogPosition } from './status.ts';

/** Where a server's binlog ends, and on MySQL the GTIDs of all that the server has executed (`''` without GTIDs). */
export interface BinlogEnd extends LogPosition {
  readonly gtids: string;
}

/** Where the server's own binlog ends; undefined if it writes none. @throws ServerError */
export async function readBinlogEnd(session: Session): Promise<BinlogEnd | undefined> {
  const row = await binlogRow(session);
  return row && { file: String(row.File), position: Number(row.Position), gtids: String(row.Executed_Gtid_Set ?? '') };
}

/** What the server says about its own binlog; undefined if it writes none. @throws ServerError */
export async function binlogRow(session: Session): Promise<Row | undefined> {
  const { binlogStatus } = await session.dialect();
  const [row] = await understood(binlogStatus, (sql) => session.rows(sql));
  return row;
}

/**
 * True if the server has executed all that its master had in its binlog at `end`. By GTID if both use it, since MySQL's
 * position may stand still although all is executed (seen on 9.7); by position otherwise.
 */
export async function hasExecuted(session: Session, { executed }: Channel, end: BinlogEnd): Promise<boolean> {
  if (reaches(executed, end)) return true;
  if (end.gtids === '') return false;
  const [row] = await session.rows(
    "SELECT @@GLOBAL.gtid_mode = 'ON' AND GTID_SUBSET(?, @@GLOBAL.gtid_executed) AS done",
    [end.gtids],
  );
  return Number(row?.done) === 1;
}

/** True if `a` lies at or after `b` in one server's binlog: its files are numbered. Undefined lies before everything. */
export function reaches(a: LogPosition | undefined, b: LogPosition): boolean {
  const number = ({ file }: LogPosition) => Number(/\d+$/.exec(file)?.[0] ?? -1);
  if (!a) return false;
  return number(a) === number(b) ? a.position >= b.position : number(a) > number(b);
}
