import { type Entry, NO_SKIP, REBUILD, START, WHO_WROTE } from './common.ts';

/** Statements and rows that cannot be executed. */
export const EXECUTING: readonly Entry[] = [
  {
    codes: [1062, 1022],
    means: 'The row that the master inserted is here already: something else wrote it on this server.',
    now: [
      'Compare the row named in the message here and on the master. If they are the same or the one here is wrong, delete it here with SET SESSION sql_log_bin = 0.',
      START,
      WHO_WROTE,
      NO_SKIP,
    ],
  },
  {
    codes: [1032],
    means: 'The row that the master changed or deleted is not here, or is different: this server lacks it.',
    now: [
      'Copy the row as it was before the change from the master or from another replica, and insert it here with SET SESSION sql_log_bin = 0.',
      START,
      WHO_WROTE,
      NO_SKIP,
    ],
  },
  {
    codes: [1133, 1141, 1147, 1269, 1449],
    means:
      'A statement names an account (SET PASSWORD, GRANT, REVOKE, a DEFINER), and this server has no such account or grant.',
    now: [
      'SHOW CREATE USER and SHOW GRANTS for it on the master; create it here the same way, with SET SESSION sql_log_bin = 0.',
      START,
      'Compare all accounts (mha_recover --from=MASTER --dry_run does); the replication account belongs on every server.',
    ],
  },
  {
    codes: [1396, 1410],
    means:
      'A statement that creates, changes or drops an account suits the accounts of the master, but not those here.',
    now: [
      'Compare the account on both servers (SHOW CREATE USER): create or drop it here so that it is as it was on the master before the statement, with SET SESSION sql_log_bin = 0.',
      START,
      'On MySQL 8, GRANT no longer creates an account: it has to exist here first.',
    ],
  },
  {
    codes: [1146, 1051, 1049, 1008, 1054, 1091, 1360, 1305, 1072, 1176, 1507, 1735],
    means:
      'A statement names a table, column, index, routine or database that the master has and this server does not.',
    now: [
      'SHOW CREATE ... on the master; create the same here with SET SESSION sql_log_bin = 0. A missing table needs its rows as well: load them from a backup of that moment.',
      START,
      'Does a replication filter here leave it out on purpose?',
      REBUILD,
    ],
  },
  {
    codes: [1050, 1007, 1060, 1061, 1304, 1359, 1517, 1826],
    means: 'The master created a table, column, index, routine or database that already exists on this server.',
    now: [
      'Compare both definitions, and the rows. What was not replicated was created here by hand: move it aside (RENAME) with SET SESSION sql_log_bin = 0.',
      START,
      WHO_WROTE,
    ],
  },
  {
    codes: [1677, 1535, 1532, 13146],
    means: 'A table has different columns here than on the master, and its rows cannot be converted.',
    now: [
      'Compare SHOW CREATE TABLE on both, and ALTER it here to what the master has, with SET SESSION sql_log_bin = 0.',
      START,
    ],
  },
  {
    codes: [1451, 1452, 1216, 1217],
    means: 'A foreign key refuses a change that it allowed on the master: the rows it refers to differ here.',
    now: [
      'Compare the rows of both tables named in the message with the master, and copy what is missing.',
      START,
      WHO_WROTE,
      NO_SKIP,
    ],
  },
  {
    codes: [1048, 1526, 1364, 1366, 1406, 1264, 1292, 1411],
    means: 'A value that the master accepted is refused here: sql_mode, a column or a character set is different.',
    now: ['Compare SHOW CREATE TABLE and @@GLOBAL.sql_mode on both servers; make this one like the master.', START],
  },
  {
    codes: [1064, 1193, 1273, 1115, 1231, 1286, 1289, 1419, 1418],
    means: 'This server does not understand a statement of the master: it is older, or lacks an engine or plugin.',
    now: [
      'A replica must not be older than its master. Install what is missing, or upgrade this server, before START REPLICA.',
      NO_SKIP,
    ],
  },
  {
    codes: [1290, 1036],
    means: 'This server is read-only for this statement.',
    now: ['Is the whole server read-only (read_only, innodb_read_only), or the file system? Change that.', START],
  },
];
