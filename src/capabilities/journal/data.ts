import type { ProcessMark } from '../../adapters/machine.ts';
import type { Endpoint } from '../../base/server.ts';

/** The state of one step. `captured` is what its undo needs: never a password or a hash. */
export interface StepRecord {
  readonly name: string;
  readonly title: string;
  /** The server that it changes or reads. Missing in journals of 0.1.0, like `kind`: there only the title names it. */
  readonly where?: Endpoint | undefined;
  /** For the report, without a server: `privileges revoked`. */
  readonly kind?: string | undefined;
  state: 'doing' | 'done' | 'undone' | 'undo failed';
  readonly captured: unknown;
  at: string;
  ms?: number;
  /** What it did, in numbers, for the timeline. */
  counts?: Counts;
  /** What the operator should know afterwards. */
  notes?: readonly string[];
  undo?: Timed;
}

export type Counts = Readonly<Record<string, number>>;

export interface Timed {
  readonly at: string;
  readonly ms: number;
}

/** What `start` did: nothing undoes it. `began`: when its process started; `opened`: when the new master took writes. */
export interface StartRecord {
  readonly began: string;
  readonly opened: string;
  readonly parts: (Timed & { readonly name: string; readonly counts?: Counts })[];
  /** The server on which it enabled every event that was due: whatever is off there later, somebody has disabled. */
  eventsOn?: Endpoint | undefined;
  /** After a failover: the old master, when it was asked last. */
  oldMaster?: OldMaster | undefined;
}

/** What a failover left at its old master. */
export interface OldMaster {
  readonly server: Endpoint;
  readonly at: string;
  /**
   * `silent`: it could not be asked. `read_only`: it took no writes. `closed`: it took writes, and was closed. `open`: it takes
   * writes.
   */
  readonly state: 'silent' | 'read_only' | 'closed' | 'open';
  /** Why it could not be asked, closed or compared. */
  readonly why?: string | undefined;
  /** True if the fence of this failover succeeded: it may be kept from starting. */
  readonly fenced?: boolean | undefined;
  /** The last that the new master has of it: GTIDs, or a position in its binlog. */
  readonly upTo?: string | undefined;
  /** The position in its binlog that the new master had executed, from its replication. */
  readonly executed?: { readonly file: string; readonly position: number } | undefined;
  /** What the new master lacks; undefined if that is not known. */
  readonly surplus?: Surplus | undefined;
  /** Client sessions that were ended there, and scheduled events that were switched off. */
  readonly sessions?: number | undefined;
  readonly events?: number | undefined;
}

/** Transactions that only one server has. */
export interface Surplus {
  readonly transactions: number;
  /** `at most`: the new master may have some of them. `at least`: not all were counted. */
  readonly exact: 'exact' | 'at most' | 'at least';
  /** GTIDs, or positions in the binlog; `''` if there are none. */
  readonly which: string;
}

/** A channel's master, see `Channel`. */
export interface FollowedMaster {
  readonly masterHost: string;
  readonly masterPort: number;
  readonly masterServerId: number;
}

/** The state of a server before the switch. */
export interface ServerBefore {
  readonly server: Endpoint;
  readonly readOnly: boolean;
  /** The configured servers that it replicated from, as far as those could be asked. */
  readonly follows: readonly Endpoint[];
  /** All that it replicated from, in its own words. Older journals lack it. */
  readonly masters?: readonly FollowedMaster[] | undefined;
  /** When it was started, in seconds by its own clock. */
  readonly startedAt?: number | undefined;
}

/** The phases of a switch, in order. */
export const PHASES = ['stopping', 'stopped', 'starting', 'started', 'undoing', 'finished', 'undone'] as const;
export type Phase = (typeof PHASES)[number];

/** The journal's content, format 1. Older journals lack the optional fields. */
export interface JournalData {
  readonly format: 1;
  readonly id: string;
  readonly conf: string;
  readonly origMaster: Endpoint;
  readonly newMaster: Endpoint;
  readonly replicas: readonly Endpoint[];
  readonly before?: readonly ServerBefore[];
  phase: Phase;
  /** The process that wrote last. */
  process: ProcessMark;
  /** MHA, and the wrapper that runs it. */
  drivers: readonly ProcessMark[];
  /** The server that `start` opened. */
  opened?: Endpoint;
  readonly steps: StepRecord[];
  readonly notes: string[];
  /** When the process of `stop` started. */
  began?: string;
  start?: StartRecord;
  /** Comparing all servers, and fixing the differences. */
  finish?: Timed;
  closed?: string;
  /** The master was dead, so there was no `stop`: this is a record, from which nothing can be undone. */
  readonly startOnly?: true;
}
