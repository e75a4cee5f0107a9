import { type Entry, type Meaning, REBUILD, START } from './common.ts';

/** Reaching the master. */
export const CONNECTING: readonly Entry[] = [
  {
    codes: [1045, 1698],
    means: 'The server refuses the login: the user, the password or the address it comes from is wrong.',
    now: [
      'On the server that refuses: SHOW GRANTS FOR the account named in the message; it needs REPLICATION SLAVE, and a host part that covers this replica.',
      'On the replica, with the right password: STOP REPLICA; CHANGE MASTER TO MASTER_PASSWORD=... (MySQL 8: CHANGE REPLICATION SOURCE TO SOURCE_PASSWORD=...); START REPLICA. Without a log file in it, the position stays as it is.',
    ],
  },
  {
    codes: [1130, 1129],
    means:
      'The server lets nobody in from that address: no account matches it, or too many connections from it failed.',
    now: [
      'Create the account for that address, or run FLUSH HOSTS there if the message mentions many connection errors.',
      'The IO thread tries again by itself.',
    ],
  },
  {
    codes: [1040, 1203, 1226],
    means: 'The server has no connection left, for anybody or for this account.',
    now: [
      'Look at SHOW PROCESSLIST there, end what is not needed or raise max_connections; the IO thread tries again.',
    ],
  },
  {
    codes: [2002, 2003, 2005, 2013, 2006, 2055, 1158, 1159, 1160, 1161],
    means: 'The master cannot be reached: it is down, its name does not resolve, or the network in between is cut.',
    now: [
      'Is the server running, does it listen on that address (bind_address) and port, and is a firewall in between? Try from this replica: mysql -h HOST -P PORT.',
      'The IO thread tries again by itself every Connect_Retry seconds, and continues where it was: nothing is lost by waiting.',
      'After Master_Retry_Count attempts it gives up (IO: No): then START REPLICA IO_THREAD.',
    ],
  },
  {
    codes: [2026, 3159],
    means: 'The TLS connection to the master could not be made, or the master accepts none without TLS.',
    now: [
      'If the master demands TLS: CHANGE MASTER TO MASTER_SSL = 1 (MySQL 8: SOURCE_SSL = 1).',
      'Compare MASTER_SSL_CA, _CERT, _KEY of the replica with the certificates of the master; has one expired, or does it name another host?',
    ],
  },
  {
    codes: [2061, 1251, 1524, 2058, 2059],
    means: 'The replication account logs in by a method that this connection cannot use.',
    now: [
      'caching_sha2_password needs TLS (SOURCE_SSL=1) or the public key of the master: CHANGE REPLICATION SOURCE TO GET_SOURCE_PUBLIC_KEY=1.',
      'MariaDB replicas of MySQL need an account with mysql_native_password.',
    ],
  },
  {
    codes: [1593, 13117],
    text: /equal \w+ server ids/i,
    means: 'This replica and its master have the same server_id, so it takes all events to be its own.',
    now: [
      'Give this server its own id: SET GLOBAL server_id = N now, and server_id = N in its configuration for the next start.',
      START,
    ],
  },
  {
    codes: [1593, 13117],
    text: /server UUIDs/i,
    means: 'This replica and its master have the same server_uuid: one was copied from the other with its auto.cnf.',
    now: ['Stop this server, remove auto.cnf from its data directory and start it: it makes a new one.'],
  },
  {
    codes: [1593, 13117],
    means: 'The replication thread cannot continue; the text says why (GTID_MODE, versions, settings).',
    now: ['Make the named setting the same on both, or undo the last change to it.', START],
  },
];

const GONE: Meaning = {
  means: 'The master no longer has the binlog that this replica needs next: replication cannot deliver what was in it.',
  now: [
    'Look for the binlog file elsewhere: a backup of the binlogs, or another replica that has it (log_slave_updates), can fill the gap.',
    REBUILD,
    'Do not make the message go away with RESET REPLICA or by pointing to the present position of the master: what was written in between would be missing here for good, without any message.',
    'For next time: keep binlogs longer than a replica may be away (expire_logs_days, binlog_expire_logs_seconds).',
  ],
};

const DIVERGED: Meaning = {
  means:
    'This replica has executed transactions that the master has not: it was written to directly, or was once the master.',
  now: [
    'To find them: MySQL: GTID_SUBTRACT(gtid_executed of this server, gtid_executed of the master); MariaDB: its own binlog after the last GTID that both have.',
    'Decide for each whether the master should have it. Then rebuild this replica from a backup of the master.',
    'Moving gtid_slave_pos or gtid_purged instead keeps the difference, and can skip transactions of the master.',
  ],
};

/** Reading its binlog. */
export const READING: readonly Entry[] = [
  { codes: [1236, 13114], text: /could not find first log file|purged|missing.*gtid/i, ...GONE },
  { codes: [1789], ...GONE },
  { codes: [1236, 13114], text: /not in the master's binlog|more GTIDs than|diverged/i, ...DIVERGED },
  { codes: [1945, 1951, 1955], ...DIVERGED },
  {
    codes: [1236, 13114],
    text: /same server[_ ]?(uuid|id)|another.*same/i,
    means: 'Two replicas log in to the master with the same server_id or server_uuid, and disconnect each other.',
    now: ['Give each its own server_id; if a data directory was copied, remove auto.cnf from the copy and restart it.'],
  },
  {
    codes: [1236, 13114],
    text: /impossible position|position > file size/i,
    means:
      'This replica asks for a position that the master does not have: after a crash the end of its binlog was lost (sync_binlog not 1), or its binlogs were reset.',
    now: [
      'Compare the end of the relay log here with the binlog of the master around that position (mysqlbinlog): has this replica executed transactions that the master lost?',
      'If so, decide first which of the two is right: failing over to this replica may keep more.',
      'Only if both hold the same: CHANGE MASTER TO position 4 of the next binlog file of the master.',
    ],
  },
  {
    codes: [1236, 13114, 1153, 13125],
    text: /max_allowed_packet/i,
    means:
      'An event in the binlog is larger than max_allowed_packet, or the position points into the middle of an event.',
    now: [
      'SET GLOBAL max_allowed_packet = 1073741824 on the master, and slave_max_allowed_packet (replica_max_allowed_packet) here.',
      'If that does not help, look with mysqlbinlog whether an event begins at that position.',
      START,
    ],
  },
  {
    codes: [1236, 13114],
    text: /binary log is not open|binlog.*not enabled/i,
    means: 'The master writes no binlog, so nothing can be replicated from it.',
    now: [
      'Set log_bin on the master and restart it. What it wrote without a binlog is not here: rebuild this replica.',
    ],
  },
  {
    codes: [1236, 13114],
    means: 'The master could not read its binlog for this replica; the text in quotes is its reason.',
    now: [
      'Look at the error log of the master, and whether the file is there: SHOW BINARY LOGS.',
      'Do not RESET REPLICA: it forgets where this replica was, and so what is missing.',
    ],
  },
  {
    codes: [1227],
    means: 'The replication account lacks REPLICATION SLAVE on the master.',
    now: [
      'On the master: GRANT REPLICATION SLAVE ON *.* TO the account that the replica logs in with. The IO thread then continues.',
    ],
  },
];
