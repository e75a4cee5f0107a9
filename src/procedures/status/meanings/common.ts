/** What an error number means, and what to do now, in this order. */
export interface Meaning {
  readonly means: string;
  readonly now: readonly string[];
}

export interface Entry extends Meaning {
  readonly codes: readonly number[];
  /** If set, the entry applies only if the server's text matches. */
  readonly text?: RegExp;
}

export const REBUILD =
  'If that is not possible, rebuild this replica from a backup of the master, or of a replica that is in sync, and start ' +
  'it from the position of that backup.';
export const START = 'START REPLICA (MySQL 5.7: START SLAVE).';
export const NO_SKIP =
  'Skipping the transaction loses everything else that is in it, on this server only and without a further message: do ' +
  'it only after reading all of it with mysqlbinlog (mariadb-binlog), and make by hand the changes that it would have made.';
export const WHO_WROTE =
  'Find out who wrote to this server (see its own binlog), close it with SET GLOBAL read_only = 1, and compare the ' +
  'tables with the master (pt-table-checksum): one row is rarely the only one.';
