import { drivers, thisProcess } from '../../adapters/machine.ts';
import { Refused } from '../../base/errors.ts';
import { type Endpoint, endpointOf } from '../../base/server.ts';
import type { JournalData, Phase } from './data.ts';
import type { Held, JournalStore, Stored } from './store.ts';

/** The journal of one switch: what was captured is on disk before it is changed. Each master has one open journal at most. */
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

  /** @throws Refused if this master already has an open journal; ConfigError if the write fails. */
  static async create(store: JournalStore, start: Beginning, now: Date): Promise<Journal> {
    return new Journal(store, await store.create(firstEntry(start, now)));
  }

  /** Adds the record of a failover, which has no journal and cannot be undone, to the history. */
  static record(store: JournalStore, start: StartOnly, now: Date): Promise<string> {
    const closed = now.toISOString();
    return store.record({ ...firstEntry(start, now), ...start, phase: 'finished', closed, startOnly: true });
  }

  /** See {@link JournalStore.load}. */
  static async load(store: JournalStore, path: string): Promise<Journal | undefined> {
    const stored = await store.load(path);
    return stored && new Journal(store, stored);
  }

  /** Reads the journal again; undefined if it has been closed. */
  latest(): Promise<Journal | undefined> {
    return Journal.load(this.#store, this.path);
  }

  /** See {@link JournalStore.save}. */
  async save(): Promise<void> {
    this.data.process = thisProcess();
    this.#version = await this.#store.save(this.#stored());
  }

  enter(phase: Phase): Promise<void> {
    this.data.phase = phase;
    return this.save();
  }

  /** See {@link JournalStore.isUnopened}. */
  isUnopened(): Promise<boolean> {
    return this.#store.isUnopened(this.path);
  }

  /** See {@link JournalStore.forgetUnopened}. */
  forgetUnopened(): Promise<void> {
    return this.#store.forgetUnopened(this.path);
  }

  /** See {@link JournalStore.noteOpenedEarly}. */
  noteOpenedEarly(at: string): Promise<void> {
    return this.#store.noteOpenedEarly(this.path, at);
  }

  openedEarly(): Promise<string | undefined> {
    return this.#store.openedEarly(this.path);
  }

  /** Records that this server is open, or about to be opened. */
  async noteOpened(server: Endpoint, phase: Phase = this.data.phase): Promise<void> {
    await this.forgetUnopened();
    this.data.opened = endpointOf(server);
    await this.enter(phase);
  }

  /** Moves the journal to the history: the next switch can begin. */
  async close(phase: 'finished' | 'undone', now?: Date): Promise<string> {
    if (now) this.data.closed = now.toISOString();
    await this.enter(phase);
    return this.#store.close(this.#stored());
  }

  /** See {@link JournalStore.claim}. */
  claim(by: string, deadHosts: readonly string[] = []): Promise<Held> {
    return this.#store.claim(this.path, by, deadHosts);
  }

  /** See {@link JournalStore.atWork}. */
  atWork(deadHosts: readonly string[] = []): Promise<string | undefined> {
    return this.#store.atWork(this.path, deadHosts);
  }

  /** See {@link JournalStore.isHolder}. */
  isHeldHere(): Promise<boolean> {
    return this.#store.isHolder(this.path);
  }

  /** What that step captured; undefined if the journal has no such step. @throws as `parse` */
  captured<Kept>({ name, parse }: Captured<Kept>): Kept | undefined {
    const record = this.data.steps.find((step) => step.name === name);
    return record && parse(record.captured);
  }

  #stored(): Stored {
    return { path: this.path, data: this.data, version: this.#version };
  }
}

/** The name of a step, and how to read what it captured. */
export interface Captured<Kept> {
  readonly name: string;
  /** @throws Error that names the first field of another form. */
  parse(captured: unknown): Kept;
}

type Beginning = Pick<JournalData, 'conf' | 'origMaster' | 'newMaster' | 'replicas' | 'before' | 'began'>;
type StartOnly = Beginning & Required<Pick<JournalData, 'start' | 'opened' | 'notes'>>;

function firstEntry(start: Beginning, now: Date): JournalData {
  const mark = thisProcess();
  const id = `${now.toISOString().replace(/[:.]/g, '-')}-${mark.pid}`;
  return { format: 1, id, ...start, phase: 'stopping', process: mark, drivers: drivers(), steps: [], notes: [] };
}

/** The refusal because of an open journal, or because it cannot be read (`why`), with the way out. */
export function unfinishedSwitch(path: string, why?: string): Refused {
  if (why !== undefined) {
    const advice = 'Fix that, then look with mha_recover --list';
    return new Refused([`${why}: a switch of this cluster may be unfinished. ${advice}`]);
  }
  const advice = 'Look with mha_recover --list and end it with mha_recover';
  return new Refused([`a switch of this cluster never ended: ${path}. ${advice}`]);
}
