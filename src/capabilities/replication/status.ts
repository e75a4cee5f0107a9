/** A place in a binlog, as SHOW MASTER STATUS gives it. */
export interface LogPosition {
  readonly file: string;
  readonly position: number;
}

/** Why a replication thread does not run: the server's error number and message, without secrets. */
export interface ThreadError {
  readonly thread: 'IO' | 'SQL';
  readonly code: number;
  readonly text: string;
}

/** One replication channel (MySQL) or connection (MariaDB) of a replica. All text is on one line and without secrets. */
export interface Channel {
  /** `''` for the one without a name. */
  readonly name: string;
  /** As CHANGE MASTER named it. */
  readonly masterHost: string;
  readonly masterPort: number;
  readonly masterUser: string;
  /** The master's server_id as the replica last heard it; 0 before it ever connected. */
  readonly masterServerId: number;
  /** MySQL: the master's server_uuid, once the replica has heard it. */
  readonly masterUuid: string | undefined;
  /** In the server's words: Yes, No, Connecting, Preparing. */
  readonly io: string;
  readonly sql: string;
  /** In the master's binlog: received by the IO thread, and executed by the SQL thread; undefined before the first event. */
  readonly read: LogPosition | undefined;
  readonly executed: LogPosition | undefined;
  /** Seconds, by the server's reckoning; undefined unless both threads run. */
  readonly secondsBehind: number | undefined;
  /** Seconds that this replica stays behind on purpose (MASTER_DELAY). */
  readonly delay: number;
  /** True if the replica finds its place in the master's binlog by GTID. */
  readonly usesGtid: boolean;
  /** MariaDB: `Slave_Pos`, `Current_Pos` or `No`. */
  readonly usingGtid?: string;
  /** Of the threads that do not run, the IO thread first. */
  readonly errors: readonly ThreadError[];
  /** The text of the first of them, `''` if there is none. */
  readonly lastError: string;
}

/** GTIDs as the server prints them; a field is undefined where the server has no such variable, '' where it is empty. */
export interface GtidState {
  /** MariaDB: gtid_current_pos, gtid_binlog_pos, gtid_slave_pos. */
  readonly current?: string;
  readonly binlog?: string;
  readonly slave?: string;
  /** MySQL: gtid_executed, and whether gtid_mode is ON. */
  readonly executed?: string;
  readonly on?: boolean;
}

/** One side of semi-synchronous replication: switched on, and in effect (a source falls back to asynchronous). */
export interface SemiSyncSide {
  readonly on: boolean;
  readonly inEffect: boolean;
}

/** What one server says about its part in replication. */
export interface ReplicationStatus {
  readonly version: string;
  readonly serverId: number;
  readonly uuid: string | undefined;
  readonly readOnly: boolean;
  /** Undefined where the server has no such variable (MariaDB). */
  readonly superReadOnly: boolean | undefined;
  /** The server's own binlog; undefined where it writes none. */
  readonly binlog: LogPosition | undefined;
  readonly gtid: GtidState;
  readonly semiSyncSource: (SemiSyncSide & { readonly clients: number }) | undefined;
  readonly semiSyncReplica: SemiSyncSide | undefined;
  /** Replicas that are connected, as far as this account may see them (PROCESS). */
  readonly dumpThreads: number;
  readonly channels: readonly Channel[];
  /** What the account may not see, a sentence each with the GRANT that mends it. `channels` is then not to be trusted. */
  readonly refused: readonly string[];
}

/** What moves while a replica catches up. */
export type Progress = Pick<ReplicationStatus, 'channels' | 'gtid' | 'binlog'>;
