import type { Endpoint } from '../../base/server.ts';
import type { JournalData } from './data.ts';

/** A journal as it is stored. */
export interface Stored {
  /** Where it lies, as messages name it. */
  readonly path: string;
  readonly data: JournalData;
  /** Stands for exactly this content, for {@link JournalStore.save}. */
  readonly version: string;
}

/** An open journal, or why it cannot be used. */
export interface Listed {
  readonly path: string;
  readonly stored?: Stored;
  readonly why?: string;
  /** `path` is the folder of the journals, which cannot be used as a whole. */
  readonly isFolder?: true;
}

/** A claim that one holds: the right to act on a switch. */
export interface Held {
  /** Ends this process's part: MHA, and the wrapper above it, hold the claim until they act or end. */
  handOver(): Promise<void>;
  release(): Promise<void>;
}

/** Keeps the journals of switches: one open journal a master, and the history of those that have ended. */
export interface JournalStore {
  /** Where the journal of a switch from this master lies, or would. */
  pathOf(origMaster: Endpoint): string;
  /** Of two callers one wins. @throws Refused if this master has an open journal; ConfigError if it cannot be written. */
  create(data: JournalData): Promise<Stored>;
  /** Undefined if it has been closed. @throws ConfigError if it cannot be read, or is no journal of this format. */
  load(path: string): Promise<Stored | undefined>;
  /** The open journals that concern one of these servers; what cannot be read concerns them too. */
  list(servers: readonly Endpoint[]): Promise<Listed[]>;
  /**
   * Replaces the journal, which must be as it was last read or written; resolves with its version once it would survive a
   * power cut. @throws HelperError, with nothing overwritten, if somebody else has changed it; the system's error.
   */
  save(stored: Stored): Promise<string>;
  /** Moves a journal that says how it ended to the history. Resolves with its new place. */
  close(stored: Stored): Promise<string>;
  /** Puts the record of a switch that has no journal into the history. Resolves with its place. */
  record(data: JournalData): Promise<string>;
  /** True if it is certain that no hook has come to open a server for this switch. */
  isUnopened(path: string): Promise<boolean>;
  /** To be called before a server is opened. @throws the system's error if that cannot be noted. */
  forgetUnopened(path: string): Promise<void>;
  /**
   * Takes the claim: whoever changes a server because of a switch holds it before. It ends with its holder; a holder on
   * another host counts until its term of 60 s is over, which it puts off while it runs, or until `deadHosts` has its host.
   * @throws Refused if somebody else is at work; ConfigError if the claim cannot be written.
   */
  claim(path: string, by: string, deadHosts?: readonly string[]): Promise<Held>;
  /** Who else holds the claim, in words; undefined if nobody does. A claim that cannot be read counts. */
  atWork(path: string, deadHosts?: readonly string[]): Promise<string | undefined>;
  /** True if this process is one of those that hold the claim, as a wrapper does together with MHA. */
  isHolder(path: string): Promise<boolean>;
}
