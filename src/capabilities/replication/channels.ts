import { understood } from '../../adapters/mysql/dialect.ts';
import type { Row, Session } from '../../adapters/mysql/session.ts';
import { ServerError } from '../../base/errors.ts';
import { oneLine, withoutSecrets } from '../../base/text.ts';
import type { Channel, LogPosition, ThreadError } from './status.ts';

/**
 * The server's replication channels; none if it is no replica. No password and no hash is in them, not even from a statement
 * that an error quotes.
 * @throws ServerError if the server does not answer, or does not let the account see it ({@link isRefusal}).
 */
export async function readChannels(session: Session): Promise<Channel[]> {
  return (await replicaRows(session)).map((row) => toChannel(row, []));
}

/** As {@link readChannels}, for people: on MySQL with a second query for the errors of the single appliers. */
export async function readChannelsInFull(session: Session): Promise<Channel[]> {
  const { applierErrors } = await session.dialect();
  const rows = await replicaRows(session);
  const stopped = rows.some((row) => Number(row.Last_SQL_Errno) !== 0);
  const appliers = stopped && applierErrors ? await session.rows(applierErrors).catch(noneIfRefused) : [];
  return rows.map((row) => toChannel(row, appliers));
}

/** The rows of the replica status as the server names the columns: they may hold secrets. */
export async function replicaRows(session: Session): Promise<Row[]> {
  const { replicaStatus } = await session.dialect();
  return understood(replicaStatus, (sql) => session.rows(sql));
}

export interface ReplicaNow {
  readonly readOnly: boolean;
  readonly channels: readonly Channel[];
}

/** In one packet, for the time in which nobody can write. */
export async function readReplicaNow(session: Session): Promise<ReplicaNow> {
  const { replicaStatus } = await session.dialect();
  const [[row] = [], rows = []] = await understood(replicaStatus, (sql) =>
    session.many(['SELECT @@GLOBAL.read_only AS readOnly', sql]),
  );
  return { readOnly: Number(row?.readOnly) !== 0, channels: rows.map((one) => toChannel(one, [])) };
}

/** True if the account lacks a privilege: in general, on the table, on the column. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ServerError && [1227, 1142, 1143].includes(Number(error.code));
}

function noneIfRefused(error: unknown): Row[] {
  if (isRefusal(error)) return [];
  throw error;
}

/** From a row of any server; `appliers` are the errors of MySQL's single appliers. */
function toChannel(row: Row, appliers: readonly Row[]): Channel {
  const text = textIn(row);
  const [io, sql] = [text('Slave_IO_Running', 'Replica_IO_Running'), text('Slave_SQL_Running', 'Replica_SQL_Running')];
  const behind = text('Seconds_Behind_Master', 'Seconds_Behind_Source');
  const executedFile = text('Relay_Master_Log_File', 'Relay_Source_Log_File');
  const usingGtid = text('Using_Gtid');
  const errors = [
    ...(io === 'Yes' ? [] : threadErrors(row, 'IO', [])),
    ...(sql === 'Yes' ? [] : threadErrors(row, 'SQL', appliers)),
  ];
  return {
    name: text('Connection_name', 'Channel_Name'),
    masterHost: text('Master_Host', 'Source_Host'),
    masterPort: Number(text('Master_Port', 'Source_Port')),
    masterUser: text('Master_User', 'Source_User'),
    masterServerId: Number(text('Master_Server_Id', 'Source_Server_Id')),
    masterUuid: text('Master_UUID', 'Source_UUID') || undefined,
    io,
    sql,
    read: position(text('Master_Log_File', 'Source_Log_File'), text('Read_Master_Log_Pos', 'Read_Source_Log_Pos')),
    executed: position(executedFile, text('Exec_Master_Log_Pos', 'Exec_Source_Log_Pos')),
    secondsBehind: behind === '' || io !== 'Yes' || sql !== 'Yes' ? undefined : Number(behind),
    delay: Number(text('SQL_Delay') || 0),
    usesGtid: (usingGtid || 'No') !== 'No' || text('Auto_Position') === '1',
    ...(usingGtid === '' ? {} : { usingGtid }),
    errors,
    lastError: errors[0]?.text ?? '',
  };
}

/** The first of these columns that has a value, on one line. */
function textIn(row: Row): (...names: string[]) => string {
  return (...names) => {
    const name = names.find((n) => row[n] !== undefined && row[n] !== null);
    return name ? oneLine(String(row[name])) : '';
  };
}

function position(file: string, at: string): LogPosition | undefined {
  return file === '' ? undefined : { file, position: Number(at) };
}

/** The coordinator only reports that a worker failed; the worker reports why. `oneLine` first: a hash may hold a line break. */
function threadErrors(row: Row, thread: ThreadError['thread'], appliers: readonly Row[]): ThreadError[] {
  const code = Number(row[`Last_${thread}_Errno`] ?? 0);
  if (code === 0) return [];
  const worker = appliers.find((w) => Number(w.code) === code && w.channel === row.Channel_Name);
  const message = String(worker?.message ?? row[`Last_${thread}_Error`] ?? '');
  return [{ thread, code, text: withoutSecrets(oneLine(message)) }];
}
