import type { Row } from '../../adapters/mysql/session.ts';
import { oneLine, withoutSecrets } from '../../base/text.ts';
import type { LogPosition, ReplicaChannel, ThreadError } from './status.ts';

/** A row of the replica status, in any server's wording; `appliers` are the errors of MySQL's single appliers. */
export function toChannel(row: Row, appliers: readonly Row[]): ReplicaChannel {
  const text = textIn(row);
  const name = oneLine(text('Connection_name', 'Channel_Name'));
  const io = oneLine(text('Slave_IO_Running', 'Replica_IO_Running'));
  const sql = oneLine(text('Slave_SQL_Running', 'Replica_SQL_Running'));
  const behind = text('Seconds_Behind_Master', 'Seconds_Behind_Source');
  const usingGtid = text('Using_Gtid') || 'No';
  const errors = [threadError(row, 'IO', []), threadError(row, 'SQL', appliers)];
  return {
    name,
    masterHost: oneLine(text('Master_Host', 'Source_Host')),
    masterPort: Number(text('Master_Port', 'Source_Port')),
    masterUser: oneLine(text('Master_User', 'Source_User')),
    masterServerId: Number(text('Master_Server_Id', 'Source_Server_Id')),
    masterUuid: text('Master_UUID', 'Source_UUID') || undefined,
    io,
    sql,
    read: position(text('Master_Log_File', 'Source_Log_File'), text('Read_Master_Log_Pos', 'Read_Source_Log_Pos')),
    executed: position(
      text('Relay_Master_Log_File', 'Relay_Source_Log_File'),
      text('Exec_Master_Log_Pos', 'Exec_Source_Log_Pos'),
    ),
    secondsBehind: behind === '' || io !== 'Yes' || sql !== 'Yes' ? undefined : Number(behind),
    delay: Number(text('SQL_Delay') || 0),
    usesGtid: usingGtid !== 'No' || text('Auto_Position') === '1',
    errors: errors.filter(
      (error) => error !== undefined && (error.thread === 'IO' ? io : sql) !== 'Yes',
    ) as ThreadError[],
  };
}

/** The first of these columns that has a value. */
function textIn(row: Row): (...names: string[]) => string {
  return (...names) => {
    const name = names.find((n) => row[n] !== undefined && row[n] !== null);
    return name ? String(row[name]) : '';
  };
}

function position(file: string, at: string): LogPosition | undefined {
  return file === '' ? undefined : { file: oneLine(file), position: Number(at) };
}

/** The coordinator only says that a worker failed; the worker says why. */
function threadError(row: Row, thread: ThreadError['thread'], appliers: readonly Row[]): ThreadError | undefined {
  const code = Number(row[`Last_${thread}_Errno`] ?? 0);
  if (code === 0) return undefined;
  const worker = appliers.find((w) => Number(w.code) === code && w.channel === row.Channel_Name);
  const message = String(worker?.message ?? row[`Last_${thread}_Error`] ?? '');
  return { thread, code, text: oneLine(withoutSecrets(message)) };
}
