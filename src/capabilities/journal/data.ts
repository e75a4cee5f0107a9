import type { ProcessMark } from '../../adapters/machine.ts';
import type { Endpoint } from '../../base/server.ts';

/** One step of a switch, as far as it has come. `captured` is what its undo needs; never a password or a hash. */
export interface StepRecord {
  readonly name: string;
  readonly title: string;
  /** The server that it changes or looks at. Journals of 0.1.0 lack it, and `kind`: the title alone names the server there. */
  readonly where?: Endpoint | undefined;
  /** What it is, in a few words without a server, for the report: `privileges revoked`. */
  readonly kind?: string | undefined;
  state: 'doing' | 'done' | 'undone' | 'undo failed';
  readonly captured: unknown;
  at: string;
  ms?: number;
  /** What it did, in numbers, for the timeline. */
  counts?: Counts;
  /** What an operator should know of it afterwards. */
  notes?: readonly string[];
  /** When it was undone, and how long that took. */
  undo?: Timed;
}

export type Counts = Readonly<Record<string, number>>;

export interface Timed {
  readonly at: string;
  readonly ms: number;
}

/** What `start` did: nothing undoes it. `began` is when its process did, `opened` when the new master took writes. */
export interface StartRecord {
  readonly began: string;
  readonly opened: string;
  readonly parts: (Timed & { readonly name: string; readonly counts?: Counts })[];
  /** The server at which it switched on every event that was due: what is off there later, somebody has switched off. */
  eventsOn?: Endpoint | undefined;
}

/** What a server was before the switch. */
export interface ServerBefore {
  readonly server: Endpoint;
  readonly readOnly: boolean;
  /** The servers of the configuration that it replicated from. */
  readonly follows: readonly Endpoint[];
  /** When it had been started, in seconds by its own clock. */
  readonly startedAt?: number | undefined;
}

/** How far a switch has come; the order is that of the switch. */
export const PHASES = ['stopping', 'stopped', 'starting', 'started', 'undoing', 'finished', 'undone'] as const;
export type Phase = (typeof PHASES)[number];

/** The journal's content, format 1. Older journals lack what is optional. */
export interface JournalData {
  readonly format: 1;
  readonly id: string;
  readonly conf: string;
  readonly origMaster: Endpoint;
  readonly newMaster: Endpoint;
  readonly replicas: readonly Endpoint[];
  /** Every server as it was before anything was changed. */
  readonly before?: readonly ServerBefore[];
  phase: Phase;
  /** The process that wrote last. */
  process: ProcessMark;
  /** MHA, and the wrapper that runs it. */
  drivers: readonly ProcessMark[];
  /** The server that `start` opened, once it has. */
  opened?: Endpoint;
  readonly steps: StepRecord[];
  /** What an operator should know of afterwards. */
  readonly notes: string[];
  /** When the process of `stop` began. */
  began?: string;
  start?: StartRecord;
  /** Comparing all servers, and putting right what was not. */
  finish?: Timed;
  closed?: string;
  /** There was no `stop`, the master being dead: this is a record, and nothing could be undone from it. */
  readonly startOnly?: true;
}
