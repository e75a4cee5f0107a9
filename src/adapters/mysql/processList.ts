import { quote } from '../../base/account.ts';

/** Only this file names the table. */
const LIST = 'information_schema.PROCESSLIST';

/** The user in the list for a client that has not logged in yet. */
export const LOGGING_IN = 'unauthenticated user';

/** The users in the list for threads without a client, or whose client has not logged in. */
export const SERVER_THREADS: readonly string[] = ['system user', 'event_scheduler', LOGGING_IN];

/** The columns of the list; MariaDB numbers its statements (QUERY_ID). */
export const LIST_COLUMNS = `SHOW COLUMNS FROM ${LIST}`;

/** Every other session and thread, with the start of its statement; a condition may follow. */
export const OTHER_THREADS =
  'SELECT ID AS id, USER AS user, HOST AS host, COMMAND AS command, TIME AS seconds, LEFT(INFO, 200) AS statement, STATE AS state ' +
  `FROM ${LIST} WHERE ID <> CONNECTION_ID()`;

/** `count` of the replicas and programs that read the binlog. */
export const BINLOG_READERS = `SELECT COUNT(*) AS count FROM ${LIST} WHERE COMMAND LIKE 'Binlog Dump%'`;

/** `user` of one connection. */
export function ownerOf(id: number): string {
  return `SELECT USER AS user FROM ${LIST} WHERE ID = ${id}`;
}

/** In the performance schema a replication thread belongs to the user who ran START REPLICA (seen on MySQL 9.7). */
const NOBODY = SERVER_THREADS.map(quote).join(', ');

/**
 * All sessions, see {@link Dialect.processList}. MySQL numbers statements in the performance schema only; without it,
 * two statements differ if their texts do.
 */
export function sessionList({ numbered, instrumented }: { numbered: boolean; instrumented: boolean }): string {
  const [query, commandAt, askedAt] = numbered
    ? ['p.QUERY_ID', 'UNIX_TIMESTAMP(NOW(6)) * 1000 - p.TIME_MS', 'UNIX_TIMESTAMP(NOW(6)) * 1000']
    : instrumented
      ? ['s.EVENT_ID', 's.TIMER_START / 1000000000', 'NULL']
      : ['LEFT(p.INFO, 200)', 'NULL', 'NULL'];
  const joined = instrumented && !numbered;
  const user = joined ? `IF(p.USER IN (${NOBODY}), p.USER, COALESCE(t.PROCESSLIST_USER, p.USER))` : 'p.USER';
  return (
    `SELECT p.ID AS id, ${user} AS user, p.HOST AS host, p.COMMAND AS command, p.TIME AS seconds, ${query} AS query, ` +
    `${commandAt} AS commandAt, ${askedAt} AS askedAt FROM ${LIST} p${joined ? STATEMENTS : ''}`
  );
}

const STATEMENTS =
  ' LEFT JOIN performance_schema.threads t ON t.PROCESSLIST_ID = p.ID' +
  ' LEFT JOIN performance_schema.events_statements_current s ON s.THREAD_ID = t.THREAD_ID AND s.NESTING_EVENT_ID IS NULL';
