/** A position in a binlog. */
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

/** A replication channel (MySQL) or connection (MariaDB). All text is on one line and without secrets. */
export interface Channel {
  /** `''` if it has none. */
  readonly name: string;
  /** As CHANGE MASTER named it. */
  readonly masterHost: string;
  readonly masterPort: number;
  readonly masterUser: string;
  /** The master's server_id, as last seen by the replica; 0 before its first connection. */
  readonly masterServerId: number;
  /** MySQL: the master's server_uuid, after the first connection. */
  readonly masterUuid: string | undefined;
  /** In the server's words: Yes, No, Connecting, Preparing. */
  readonly io: string;
  readonly sql: string;
  /** Positions in the master's binlog: received by the IO thread, executed by the SQL thread. */
  readonly read: LogPosition | undefined;
  readonly executed: LogPosition | undefined;
  /** As the server computes it; undefined unless both threads run. */
  readonly secondsBehind: number | undefined;
  /** Configured delay in seconds (MASTER_DELAY). */
  readonly delay: number;
  /** True if it determines its position in the master's binlog by GTID. */
  readonly usesGtid: boolean;
  /** MariaDB: `Slave_Pos`, `Current_Pos` or `No`. */
  readonly usingGtid?: string;
  /** Of the stopped threads, the IO thread first. */
  readonly errors: readonly ThreadError[];
  /** The text of the first error, `''` if there is none. */
  readonly lastError: string;
}

/** GTIDs as the server prints them; undefined if it has no such variable. */
export interface GtidState {
  /** MariaDB: gtid_current_pos, gtid_binlog_pos, gtid_binlog_state (the last of each server and domain), gtid_slave_pos. */
  readonly current?: string;
  readonly binlog?: string;
  readonly binlogState?: string;
  /** MariaDB: false if its binlog, and so its gtid_binlog_state, lacks what it replicates. */
  readonly logsAll?: boolean;
  readonly slave?: string;
  /** MySQL: gtid_executed, and whether gtid_mode is ON. */
  readonly executed?: string;
  readonly on?: boolean;
}

/** One side of semi-synchronous replication; a source that falls back to asynchronous is not `inEffect`. */
export interface SemiSyncSide {
  readonly on: boolean;
  readonly inEffect: boolean;
}

/** What one server reports about its replication. */
export interface ReplicationStatus {
  readonly version: string;
  readonly serverId: number;
  readonly uuid: string | undefined;
  readonly readOnly: boolean;
  /** Undefined on MariaDB. */
  readonly superReadOnly: boolean | undefined;
  /** The server's own binlog; undefined if it writes none. */
  readonly binlog: LogPosition | undefined;
  readonly gtid: GtidState;
  readonly semiSyncSource: (SemiSyncSide & { readonly clients: number }) | undefined;
  readonly semiSyncReplica: SemiSyncSide | undefined;
  /** Connected replicas, as far as this account may see them (PROCESS). */
  readonly dumpThreads: number;
  readonly channels: readonly Channel[];
  /** What the account may not see, with the GRANT that it lacks. If there is any, `channels` is not reliable. */
  readonly refused: readonly string[];
}

/** What changes while a replica catches up. */
export type Progress = Pick<ReplicationStatus, 'channels' | 'gtid' | 'binlog'>;
