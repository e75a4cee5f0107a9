import { understood } from '../../adapters/mysql/dialect.ts';
import type { Row, Session } from '../../adapters/mysql/session.ts';
import { oneLine, withoutSecrets } from '../../base/text.ts';

/** One replication channel of a replica. */
export interface Channel {
  readonly name: string;
  readonly masterHost: string;
  readonly masterPort: number;
  readonly masterUser: string;
  /** The master's server_id as the replica last heard it; 0 before it ever connected. */
  readonly masterServerId: number;
  readonly io: string;
  readonly sql: string;
  readonly secondsBehind: number | undefined;
  /** Seconds that it holds back what it has received (MASTER_DELAY). */
  readonly delay: number;
  /** On one line, and without the passwords of the statement that it quotes. */
  readonly lastError: string;
  /** How far it has executed, in its master's binlog. */
  readonly executed: BinlogPosition;
  /** MariaDB: `Slave_Pos` or `Current_Pos` if it finds its place by GTID, else `No`. */
  readonly usingGtid?: string;
}

export interface BinlogPosition {
  readonly file: string;
  readonly position: number;
}

/** Who a server is, and from whom it replicates. */
export interface ServerIdentity {
  readonly version: string;
  readonly serverId: number;
  /** The same for two connections only if they reached the same server. */
  readonly instance: string;
  readonly readOnly: boolean;
  readonly logBin: boolean;
  readonly channels: readonly Channel[];
}

export async function readIdentity(session: Session): Promise<ServerIdentity> {
  const [row = {}] = await session.rows(
    'SELECT VERSION() AS version, @@server_id AS serverId, @@global.read_only AS readOnly, @@log_bin AS logBin, ' +
      "CONCAT_WS('|', @@hostname, @@datadir, @@port, @@socket, @@server_id) AS instance",
  );
  return {
    version: String(row.version),
    serverId: Number(row.serverId),
    instance: String(row.instance),
    readOnly: Number(row.readOnly) !== 0,
    logBin: Number(row.logBin) !== 0,
    channels: await readChannels(session),
  };
}

/** The server's replication channels; none on a server that is no replica. */
export async function readChannels(session: Session): Promise<Channel[]> {
  const { replicaStatus } = await session.dialect();
  return (await understood(replicaStatus, (sql) => session.rows(sql))).map(toChannel);
}

/** A replica at one moment. */
export interface ReplicaNow {
  readonly readOnly: boolean;
  readonly channels: readonly Channel[];
}

/** Asked in one packet, for when nobody can write. */
export async function readReplicaNow(session: Session): Promise<ReplicaNow> {
  const { replicaStatus } = await session.dialect();
  const [[row] = [], channels = []] = await understood(replicaStatus, (sql) =>
    session.many(['SELECT @@GLOBAL.read_only AS readOnly', sql]),
  );
  return { readOnly: Number(row?.readOnly) !== 0, channels: channels.map(toChannel) };
}

/** Where a server's binlog ends, and on MySQL the GTIDs of all that the server has executed (`''` without GTIDs). */
export interface BinlogEnd extends BinlogPosition {
  readonly gtids: string;
}

/** Where the server's own binlog ends; undefined where it writes none. */
export async function readBinlogEnd(session: Session): Promise<BinlogEnd | undefined> {
  const { binlogStatus } = await session.dialect();
  const [row] = await understood(binlogStatus, (sql) => session.rows(sql));
  return row && { file: String(row.File), position: Number(row.Position), gtids: String(row.Executed_Gtid_Set ?? '') };
}

/**
 * True if the server has executed all that its master had in its binlog at `end`. By GTID where both use it, since MySQL's
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

/** Whether `a` lies at or after `b` in one server's binlog: its files are numbered. */
export function reaches(a: BinlogPosition, b: BinlogPosition): boolean {
  const number = ({ file }: BinlogPosition) => Number(/\d+$/.exec(file)?.[0] ?? -1);
  return number(a) === number(b) ? a.position >= b.position : number(a) > number(b);
}

/** How to start a channel's SQL thread by hand. */
export async function startApplyingSql(session: Session, channel: string): Promise<string> {
  return (await session.dialect()).startSqlThread(channel)[0] ?? '';
}

/** Starts the SQL thread of a channel, `''` being the one without a name; harmless where it runs. */
export async function startApplying(session: Session, channel: string): Promise<void> {
  const { startSqlThread } = await session.dialect();
  await understood(startSqlThread(channel), (sql) => session.rows(sql));
}

/** How to start a channel by hand, in words that a server of this version knows. */
export function startReplicating(version: string, channel: string): string {
  return `START ${replicaWord(version)}${channelPart(version, channel)}`;
}

/** How to end a channel by hand so that it does not come back. */
export function stopForGood(version: string, channel: string): string {
  const [word, part] = [replicaWord(version), channelPart(version, channel)];
  return `STOP ${word}${part}; RESET ${word}${isMariadb(version) ? part : ''} ALL${isMariadb(version) ? '' : part}`;
}

function channelPart(version: string, channel: string): string {
  if (channel === '') return '';
  return isMariadb(version) ? ` '${channel.replaceAll("'", "''")}'` : ` FOR CHANNEL '${channel.replaceAll("'", "''")}'`;
}

/** MySQL has REPLICA since 8.0.22, and no SLAVE any more since 8.4; every MariaDB has SLAVE. */
function replicaWord(version: string): 'REPLICA' | 'SLAVE' {
  const [major = 0, minor = 0, patch = 0] = version.split(/[^0-9]/).map(Number);
  const isNew = major > 8 || (major === 8 && (minor > 0 || patch >= 22));
  return isNew && !isMariadb(version) ? 'REPLICA' : 'SLAVE';
}

function isMariadb(version: string): boolean {
  return /mariadb/i.test(version);
}

/** Stops the SQL thread of a channel between two transactions; harmless if it is stopped. */
export async function stopApplying(session: Session, channel: string): Promise<void> {
  const { stopSqlThread } = await session.dialect();
  await understood(stopSqlThread(channel), (sql) => session.rows(sql));
}

function toChannel(row: Row): Channel {
  const text = (...names: string[]) => {
    const name = names.find((n) => row[n] !== undefined && row[n] !== null);
    return name ? oneLine(String(row[name])) : '';
  };
  const behind = row.Seconds_Behind_Master ?? row.Seconds_Behind_Source;
  return {
    name: text('Connection_name', 'Channel_Name'),
    masterHost: text('Master_Host', 'Source_Host'),
    masterPort: Number(text('Master_Port', 'Source_Port')),
    masterUser: text('Master_User', 'Source_User'),
    masterServerId: Number(text('Master_Server_Id', 'Source_Server_Id')),
    io: text('Slave_IO_Running', 'Replica_IO_Running'),
    sql: text('Slave_SQL_Running', 'Replica_SQL_Running'),
    secondsBehind: behind === null || behind === undefined ? undefined : Number(behind),
    delay: Number(text('SQL_Delay') || 0),
    lastError: withoutSecrets(text('Last_IO_Error') || text('Last_SQL_Error')),
    executed: {
      file: text('Relay_Master_Log_File', 'Relay_Source_Log_File'),
      position: Number(text('Exec_Master_Log_Pos', 'Exec_Source_Log_Pos')),
    },
    ...(row.Using_Gtid === undefined ? {} : { usingGtid: String(row.Using_Gtid) }),
  };
}
