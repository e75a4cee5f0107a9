import { HelperError } from '../../base/errors.ts';
import type { Endpoint } from '../../base/server.ts';
import type { GuardianMark } from './claim/holding.ts';
import type { JournalData, OldMaster } from './data.ts';

export interface Stored {
  /** Its place, as messages name it. */
  readonly path: string;
  readonly data: JournalData;
  /** Identifies exactly this content, for {@link JournalStore.save}. */
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

/** Another process, or a person, has written, closed or removed a journal: whoever had it open no longer owns its switch. */
export class JournalChanged extends HelperError {}

/** A claim that this process holds. */
export interface Held {
  /**
   * Ends this process's part: MHA holds the claim until it acts or ends, together with its guardian: the wrapper above it, or
   * else the process that the mark names. Without `guardian` the present mark stays.
   */
  handOver(guardian?: GuardianMark): Promise<void>;
  release(): Promise<void>;
}

/** Keeps one open journal for each master, and the history of closed ones. */
export interface JournalStore {
  /** The place for the journal of a switch from this master. */
  pathOf(origMaster: Endpoint): string;
  /** Of two callers one wins. @throws Refused if this master has an open journal; ConfigError if the write fails. */
  create(data: JournalData): Promise<Stored>;
  /** Undefined if it has been closed. @throws ConfigError if it cannot be read, or has another format. */
  load(path: string): Promise<Stored | undefined>;
  /** The open journals that concern one of these servers; those that cannot be read do too. */
  list(servers: readonly Endpoint[]): Promise<Listed[]>;
  /**
   * Replaces the journal, which must be unchanged since it was last read or written; resolves with its version once it would
   * survive a power cut. @throws HelperError, with nothing overwritten, if somebody else has changed it; the system's error.
   */
  save(stored: Stored): Promise<string>;
  /** Moves a journal that has ended to the history. Resolves with its new place. */
  close(stored: Stored): Promise<string>;
  /** Adds the record of a switch without a journal to the history. Resolves with its place. */
  record(data: JournalData): Promise<string>;
  /**
   * Changes what a record of the history says of the old master. @throws ConfigError if it cannot be read; the system's error
   */
  noteOldMaster(path: string, found: OldMaster): Promise<void>;
  /** Differs from an earlier one if the journal has been written since; undefined if there is none. Costs little. */
  stamp(path: string): Promise<string | undefined>;
  /** True if certainly no hook has reached the opening of a server for this switch. */
  isUnopened(path: string): Promise<boolean>;
  /** To be called before a server is opened. @throws the system's error if that cannot be recorded. */
  forgetUnopened(path: string): Promise<void>;
  /** Records that the new master was opened before `start` had begun, for the record that `start` makes; ISO 8601. */
  noteOpenedEarly(path: string, at: string): Promise<void>;
  openedEarly(path: string): Promise<string | undefined>;
  /**
   * Takes the claim, without which nobody may change a server because of a switch. It ends with its holder; a holder on
   * another host counts until its term of 60 s, which it renews while it runs, is over, or `deadHosts` names its host.
   * @throws Refused if somebody else is at work; ConfigError if the claim cannot be written.
   */
  claim(path: string, by: string, deadHosts?: readonly string[]): Promise<Held>;
  /** Who else holds the claim, in words; undefined if nobody does. A claim that cannot be read counts. */
  atWork(path: string, deadHosts?: readonly string[]): Promise<string | undefined>;
  /** True if this process is one of the holders, as a wrapper is together with MHA, or the guardian. */
  isHolder(path: string): Promise<boolean>;
}
