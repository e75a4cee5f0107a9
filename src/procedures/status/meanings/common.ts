/** What an error number means to whoever has to act on it, and what to do now, the next thing first. */
export interface Meaning {
  readonly means: string;
  readonly now: readonly string[];
}

/** A meaning, and the numbers that have it. */
export interface Entry extends Meaning {
  readonly codes: readonly number[];
  /** Only if the server's text says so. */
  readonly text?: RegExp;
}

export const REBUILD =
  'If that is not possible, rebuild this replica from a backup of the master, or of a replica that is level, and start ' +
  'it from the position of that backup.';
export const START = 'START REPLICA (MySQL 5.7: START SLAVE).';
export const NO_SKIP =
  'Skipping the transaction loses everything else that is in it, on this server only and without a further message: do ' +
  'it only after reading the whole of it with mysqlbinlog (mariadb-binlog), and put right by hand what it would have done.';
export const WHO_WROTE =
  'Find out who wrote to this server (its own binlog tells), close it with SET GLOBAL read_only = 1, and compare the ' +
  'tables with the master (pt-table-checksum): one row is seldom the only one.';
