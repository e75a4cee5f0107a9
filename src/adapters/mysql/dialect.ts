import { quote } from '../../base/account.ts';
import { ServerError } from '../../base/errors.ts';
import { LIST_COLUMNS, sessionList } from './processList.ts';

/** How the servers' SQL differs. */
export interface Dialect {
  /**
   * `apart`: roles have bare names, and REVOKE ALL revokes them (MariaDB). `accounts`: a role is an account with a host, and
   * REVOKE ALL keeps it (MySQL 8). `none`: MySQL 5.7.
   */
  readonly roles: 'apart' | 'accounts' | 'none';
  /**
   * Every session: id, user, host, command, seconds, `query` and `commandAt`. `query` differs for every statement. `commandAt`
   * is the server time in ms at which the client sent the running command (the same for all statements of a CALL), or NULL
   * if the server does not report it. It is too early by the time that reading the list took: by as much as this session's
   * own precedes `askedAt` (NULL if unknown). While a routine runs, MariaDB, and MySQL without its performance schema, show
   * its definer as the user.
   */
  readonly processList: string;
  /** Wordings of one statement, the newest first, for {@link understood}. */
  readonly replicaStatus: readonly string[];
  /** The server's own binlog file and position. */
  readonly binlogStatus: readonly string[];
  /** One row; `current_pos`, `binlog_pos`, `binlog_state`, `logs_all`, `slave_pos` (MariaDB) or `executed`, `mode`, `uuid`. */
  readonly gtidState: string;
  /** The errors of single appliers; undefined if the replica status has them all. */
  readonly applierErrors?: string;
  /** `user`, `host` and `age` of every account: when its password was set. Locking and REVOKE do not change it (seen). */
  readonly accountAges: string;
  /** The privileges that replicaStatus and binlogStatus need, as GRANT names them. */
  readonly monitorPrivileges: string;
  readonly sqlThread: (verb: 'START' | 'STOP', channel: string) => readonly string[];
  /** Locks of idle sessions that REVOKE and read_only wait for: id, type, schema, name; undefined if it cannot list them. */
  readonly heldLocks?: string;
  /** Makes a statement fail at once (1205) instead of waiting for a table lock; undefined if the server has no such way. */
  readonly withoutWaiting?: (sql: string) => string;
  /** For ALTER EVENT: disabled on replicas. */
  readonly eventOffHere: readonly string[];
  readonly replicaHosts: readonly string[];
  /**
   * `startedAt`: when the server was started, in whole seconds by its own clock. Constant until the next start, even if
   * somebody sets the clock, since the server computes its uptime from the statement's time (seen).
   */
  readonly startedAt: string;
  /**
   * For a global variable (`?`): the `origin` of its value, and the value that SET PERSIST has `persisted` for the next start.
   * Undefined if the server does not report it (MySQL 5.7).
   */
  readonly variableOrigin: string | undefined;
}

/** Statements that any account may run; their answers determine the dialect, see {@link dialectOf}. */
export const DIALECT_QUESTIONS: readonly string[] = [
  "SHOW VARIABLES WHERE Variable_name IN ('default_master_connection', 'mandatory_roles', 'performance_schema')",
  LIST_COLUMNS,
];

/** Only MariaDB has default_master_connection; MySQL has roles if it has mandatory_roles. */
export function dialectOf([variables = [], columns = []]: readonly (readonly Record<string, unknown>[])[]): Dialect {
  const value = (name: string) => variables.find((row) => row.Variable_name === name)?.Value;
  const numbered = columns.some((row) => String(row.Field).toUpperCase() === 'QUERY_ID');
  if (value('default_master_connection') !== undefined)
    return { ...MARIADB, processList: sessionList({ numbered, instrumented: false }) };
  const instrumented = value('performance_schema') === 'ON';
  const roles = value('mandatory_roles') === undefined ? 'none' : 'accounts';
  const variableOrigin = roles === 'accounts' && instrumented ? MYSQL_ORIGIN : undefined;
  const locks = variableOrigin ? { heldLocks: MYSQL_LOCKS } : {};
  return { ...MYSQL, ...locks, roles, variableOrigin, processList: sessionList({ numbered, instrumented }) };
}

/** Runs the first of these wordings that the server understands. */
export async function understood<T>(wordings: readonly string[], run: (wording: string) => Promise<T>): Promise<T> {
  const [first = '', ...others] = wordings;
  try {
    return await run(first);
  } catch (error) {
    if (others.length === 0 || !(error instanceof ServerError && error.code === ER_PARSE_ERROR)) throw error;
    return understood(others, run);
  }
}

export const ER_PARSE_ERROR = 1064;

const MARIADB: Omit<Dialect, 'processList'> = {
  roles: 'apart',
  replicaStatus: ['SHOW ALL SLAVES STATUS'],
  binlogStatus: ['SHOW MASTER STATUS'],
  gtidState:
    'SELECT @@GLOBAL.gtid_current_pos AS current_pos, @@GLOBAL.gtid_binlog_pos AS binlog_pos, ' +
    '@@GLOBAL.gtid_binlog_state AS binlog_state, @@GLOBAL.gtid_slave_pos AS slave_pos, ' +
    '@@GLOBAL.log_bin AND @@GLOBAL.log_slave_updates AS logs_all',
  accountAges:
    "SELECT User AS user, Host AS host, COALESCE(JSON_VALUE(Priv, '$.password_last_changed'), '') AS age " +
    'FROM mysql.global_priv',
  monitorPrivileges: 'SLAVE MONITOR, BINLOG MONITOR',
  sqlThread: (verb, channel) => [`${verb} SLAVE ${channel === '' ? '' : `${quote(channel)} `}SQL_THREAD`],
  withoutWaiting: (sql) => `SET STATEMENT lock_wait_timeout = 0 FOR ${sql}`,
  eventOffHere: ['DISABLE ON SLAVE'],
  replicaHosts: ['SHOW SLAVE HOSTS'],
  startedAt: startedAt('information_schema.GLOBAL_STATUS'),
  variableOrigin:
    'SELECT GLOBAL_VALUE_ORIGIN AS origin, NULL AS persisted FROM information_schema.SYSTEM_VARIABLES WHERE VARIABLE_NAME = ?',
};

const MYSQL_ORIGIN =
  'SELECT i.VARIABLE_SOURCE AS origin, p.VARIABLE_VALUE AS persisted FROM performance_schema.variables_info i ' +
  'LEFT JOIN performance_schema.persisted_variables p ON p.VARIABLE_NAME = i.VARIABLE_NAME WHERE i.VARIABLE_NAME = ?';

/** 5.7 has this table too, but does not fill it by default. */
const MYSQL_LOCKS =
  'SELECT t.PROCESSLIST_ID AS id, l.OBJECT_TYPE AS type, l.OBJECT_SCHEMA AS `schema`, l.OBJECT_NAME AS name ' +
  'FROM performance_schema.metadata_locks l JOIN performance_schema.threads t ON t.THREAD_ID = l.OWNER_THREAD_ID ' +
  "WHERE l.LOCK_STATUS = 'GRANTED' AND t.PROCESSLIST_COMMAND = 'Sleep' AND (" +
  "(l.OBJECT_TYPE IN ('GLOBAL', 'BACKUP LOCK') AND l.LOCK_TYPE = 'SHARED') OR " +
  "(l.OBJECT_TYPE = 'TABLE' AND l.LOCK_TYPE = 'SHARED_NO_READ_WRITE'))";

const MYSQL: Omit<Dialect, 'processList' | 'roles' | 'variableOrigin'> = {
  replicaStatus: ['SHOW REPLICA STATUS', 'SHOW SLAVE STATUS'],
  binlogStatus: ['SHOW BINARY LOG STATUS', 'SHOW MASTER STATUS'],
  gtidState: 'SELECT @@GLOBAL.gtid_executed AS executed, @@GLOBAL.gtid_mode AS mode, @@GLOBAL.server_uuid AS uuid',
  applierErrors:
    'SELECT CHANNEL_NAME AS channel, LAST_ERROR_NUMBER AS code, LAST_ERROR_MESSAGE AS message ' +
    'FROM performance_schema.replication_applier_status_by_worker WHERE LAST_ERROR_NUMBER <> 0',
  accountAges: "SELECT User AS user, Host AS host, COALESCE(password_last_changed, '') AS age FROM mysql.user",
  monitorPrivileges: 'REPLICATION CLIENT',
  sqlThread: (verb, channel) =>
    ['REPLICA', 'SLAVE'].map((word) => `${verb} ${word} SQL_THREAD FOR CHANNEL ${quote(channel)}`),
  eventOffHere: ['DISABLE ON REPLICA', 'DISABLE ON SLAVE'],
  replicaHosts: ['SHOW REPLICAS', 'SHOW SLAVE HOSTS'],
  startedAt: startedAt('performance_schema.global_status'),
};

function startedAt(status: string): string {
  return `SELECT UNIX_TIMESTAMP() - VARIABLE_VALUE AS startedAt FROM ${status} WHERE VARIABLE_NAME = 'Uptime'`;
}
