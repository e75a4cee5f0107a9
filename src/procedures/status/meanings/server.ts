import { type Entry, REBUILD, START } from './common.ts';

/** Locks, space, files, and the bookkeeping of replication itself. */
export const SERVER: readonly Entry[] = [
  {
    codes: [1205, 1213],
    means: 'The applier waited too long for a lock that another session of this server holds, or lost a deadlock.',
    now: [
      'Who holds it: SHOW ENGINE INNODB STATUS, SHOW PROCESSLIST: often a long report or a backup here. Let it end or KILL it.',
      'Then START REPLICA: the transaction is tried again in full, nothing is lost. slave_transaction_retries is how often it retries by itself.',
    ],
  },
  {
    codes: [1206, 1197],
    means: 'A transaction is larger than this server allows (lock memory, max_binlog_cache_size).',
    now: ['Raise the limit that the text names to what the master has.', START],
  },
  {
    codes: [1114, 1021, 1026, 3],
    means: 'The disk or the tablespace of this server is full.',
    now: [
      'Make room, but do not remove relay logs or binlogs by hand: PURGE BINARY LOGS removes old binlogs of this server, once its own replicas have read them.',
      START,
    ],
  },
  {
    codes: [1594, 13121],
    means:
      'The relay log of this server cannot be read: it is damaged (a crash, a full disk), or the binlog of the master is.',
    now: [
      'Note Relay_Master_Log_File and Exec_Master_Log_Pos. Look at the binlog of the master from there with mysqlbinlog: is it whole?',
      'If it is: STOP REPLICA; CHANGE MASTER TO MASTER_LOG_FILE and MASTER_LOG_POS with exactly these two values; START REPLICA. That fetches the events again; nothing is lost. With GTID: RESET REPLICA; START REPLICA does the same.',
      'For the next crash: relay_log_recovery = ON.',
    ],
  },
  {
    codes: [1595, 13122],
    means: 'The relay log of this server cannot be written: the disk is full, read-only or failing.',
    now: ['Check the disk of relay_log and the error log. Make room, then START REPLICA: it fetches what it lacks.'],
  },
  {
    codes: [1201, 1872, 1794, 13123, 13124],
    means: 'This server cannot read its own record of where it was (master.info, relay-log.info, slave_master_info).',
    now: [
      'The error log of this server says which. Is the file there, readable by the server, and the relay log that it names?',
      'Note the position before anything else: SHOW REPLICA STATUS, or the files or tables themselves.',
      'RESET REPLICA forgets that position: only with GTID, or with the position written down, or on a replica that you will rebuild from a dump anyway. Then CHANGE MASTER TO that position, and START REPLICA.',
    ],
  },
  {
    codes: [1200, 1776],
    means: 'This server is not set up as a replica, or its settings contradict each other.',
    now: ['CHANGE MASTER TO with the master and the position; server_id must not be 0.'],
  },
  {
    codes: [1590, 13119],
    means: 'The master reports that its binlog may lack events (an incident: a cache overflowed, a write failed).',
    now: [
      'The binlog of the master has a gap, so no replica can be right after it. Compare the tables with the master (pt-table-checksum) and correct what differs.',
      REBUILD,
    ],
  },
  {
    codes: [1950, 1947, 1948, 1943, 1941],
    means:
      'A GTID from the master does not come after those in the binlog of this server (gtid_strict_mode): this server wrote transactions of its own, or has two masters with one domain id.',
    now: [
      'Look in the binlog of this server at its last GTIDs: which have its own server_id and were never on the master?',
      'Decide what to do with them. With several masters, give each its own gtid_domain_id.',
      'Switching gtid_strict_mode off lets replication continue, and leaves the difference: rebuild this replica afterwards.',
    ],
  },
  {
    codes: [1940, 1942, 1944, 1946],
    means: 'This server cannot read or write its GTID position (table mysql.gtid_slave_pos).',
    now: ['See the error log and CHECK TABLE mysql.gtid_slave_pos; after an upgrade run mariadb-upgrade.', START],
  },
  {
    codes: [1781, 1782, 1786, 1787, 1837, 1840],
    means: 'The gtid_mode or enforce_gtid_consistency of this server does not allow a transaction.',
    now: [
      'Compare gtid_mode on all servers; change it in steps (OFF_PERMISSIVE, ON_PERMISSIVE) on all of them.',
      START,
    ],
  },
  {
    codes: [1194, 1030, 1034, 1712, 126, 127, 145],
    means: 'A table of this server is damaged.',
    now: [
      'CHECK TABLE, then restore it: for an InnoDB table rebuild the replica. Look at the disk and the error log first.',
      REBUILD,
    ],
  },
  {
    codes: [1756, 1755, 1802, 1964],
    means: 'One of the parallel appliers stopped, and the others with it.',
    now: [
      'The cause is in the error log, on MySQL also in performance_schema.replication_applier_status_by_worker. Fix that.',
      'Then START REPLICA (after a crash without GTID: START REPLICA UNTIL SQL_AFTER_MTS_GAPS first).',
    ],
  },
  {
    codes: [1317, 1927, 1053],
    means: 'The thread was ended (KILL, a shutdown) while it executed something.',
    now: ['START REPLICA: an InnoDB transaction is executed again in full; look at tables of other engines.'],
  },
];
