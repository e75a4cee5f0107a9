import { drivers, thisProcess } from '../../adapters/machine.ts';
import { Refused } from '../../base/errors.ts';
import { type Endpoint, endpointOf } from '../../base/server.ts';
import type { JournalData, Phase } from './data.ts';
import type { Held, JournalStore, Stored } from './store.ts';

/** The record of one switch: what was so before, written and flushed to disk before it is changed. One open journal a master. */
export class Journal {
  readonly path: string;
  readonly data: JournalData;
  readonly #store: JournalStore;
  #version: string;

  constructor(store: JournalStore, { path, data, version }: Stored) {
    this.#store = store;
    this.path = path;
    this.data = data;
    this.#version = version;
  }

  /** @throws Refused if this master has an open journal already; ConfigError if the store is of no use. */
  static async create(store: JournalStore, start: Beginning, now: Date): Promise<Journal> {
    return new Journal(store, await store.create(firstEntry(start, now)));
  }

  /** The record of a switch that has no journal to be undone from: of a dead master's. Straight into the history. */
  static record(store: JournalStore, start: StartOnly, now: Date): Promise<string> {
    const closed = now.toISOString();
    return store.record({ ...firstEntry(start, now), ...start, phase: 'finished', closed, startOnly: true });
  }

  /** Undefined if it has been closed. @throws ConfigError if it cannot be read or is not a journal of this format. */
  static async load(store: JournalStore, path: string): Promise<Journal | undefined> {
    const stored = await store.load(path);
    return stored && new Journal(store, stored);
  }

  /** The journal as it is stored now; undefined if it has been closed. */
  latest(): Promise<Journal | undefined> {
    return Journal.load(this.#store, this.path);
  }

  /**
   * Writes the present content; resolves once it would survive a power cut.
   * @throws HelperError if somebody else has written it meanwhile: nothing is overwritten.
   */
  async save(): Promise<void> {
    this.data.process = thisProcess();
    this.#version = await this.#store.save(this.#stored());
  }

  enter(phase: Phase): Promise<void> {
    this.data.phase = phase;
    return this.save();
  }

  /** True if it is certain that no hook has come to open a server. */
  isUnopened(): Promise<boolean> {
    return this.#store.isUnopened(this.path);
  }

  /** To be called before a server is opened. @throws the system's error if that cannot be noted. */
  forgetUnopened(): Promise<void> {
    return this.#store.forgetUnopened(this.path);
  }

  /** From here on it is known, also to a later look, that this server is open, or about to be. */
  async noteOpened(server: Endpoint, phase: Phase = this.data.phase): Promise<void> {
    await this.forgetUnopened();
    this.data.opened = endpointOf(server);
    await this.enter(phase);
  }

  /** Ends the journal: it goes to the history, and the cluster is free for the next switch. */
  async close(phase: 'finished' | 'undone', now?: Date): Promise<string> {
    if (now) this.data.closed = now.toISOString();
    await this.enter(phase);
    return this.#store.close(this.#stored());
  }

  /** @throws Refused if somebody else is at work on this switch. See {@link JournalStore.claim}. */
  claim(by: string, deadHosts: readonly string[] = []): Promise<Held> {
    return this.#store.claim(this.path, by, deadHosts);
  }

  /** Who else is at work on this switch, in words; undefined if nobody is. */
  atWork(deadHosts: readonly string[] = []): Promise<string | undefined> {
    return this.#store.atWork(this.path, deadHosts);
  }

  /** True if this process is one of those that hold the claim. */
  isHeldHere(): Promise<boolean> {
    return this.#store.isHolder(this.path);
  }

  /** What that step has captured, read as its type; undefined if the journal has no such step. @throws as `parse`. */
  captured<Kept>({ name, parse }: Captured<Kept>): Kept | undefined {
    const record = this.data.steps.find((step) => step.name === name);
    return record && parse(record.captured);
  }

  #stored(): Stored {
    return { path: this.path, data: this.data, version: this.#version };
  }
}

/** What a step keeps in the journal, by the step's name, and how it is read back. */
export interface Captured<Kept> {
  readonly name: string;
  /** @throws Error that names the first thing that is of another form. */
  parse(captured: unknown): Kept;
}

/** What is known of a switch before it begins. */
type Beginning = Pick<JournalData, 'conf' | 'origMaster' | 'newMaster' | 'replicas' | 'before' | 'began'>;
type StartOnly = Beginning & Required<Pick<JournalData, 'start' | 'opened' | 'notes'>>;

function firstEntry(start: Beginning, now: Date): JournalData {
  const mark = thisProcess();
  const id = `${now.toISOString().replace(/[:.]/g, '-')}-${mark.pid}`;
  return { format: 1, id, ...start, phase: 'stopping', process: mark, drivers: drivers(), steps: [], notes: [] };
}

/** The refusal that names an open journal, or `why` there is none to read, and the way out. */
export function openJournal(path: string, why?: string): Refused {
  if (why !== undefined) {
    const advice = 'Mend that, then look with mha_recover --list';
    return new Refused([`${why}: whether a switch of this cluster never ended is not known. ${advice}`]);
  }
  return new Refused([
    `a switch of this cluster never ended: ${path}. Look with mha_recover --list and end it with mha_recover`,
  ]);
}
