import type { JournalData } from '../../../src/capabilities/journal/data.ts';
import { Journal } from '../../../src/capabilities/journal/journal.ts';
import type { JournalStore, Stored } from '../../../src/capabilities/journal/store.ts';
import type { EngineContext, Step } from '../../../src/procedures/engine/step.ts';

const server = (host: string) => ({ host, ip: host, port: 3306 });
const START = { conf: '/app1.cnf', origMaster: server('db1'), newMaster: server('db2'), replicas: [] };

/** A store in memory: what is "on disk" is `disk`; `writes` may be made to fail. */
export class MemoryStore implements JournalStore {
  disk: string | undefined;
  closed: string | undefined;
  /** The write with this number fails, and all after it; the first is 1. */
  failsFrom = Number.POSITIVE_INFINITY;
  #writes = 0;

  get data(): JournalData {
    return JSON.parse(this.disk ?? this.closed ?? '');
  }

  #write(data: JournalData): string {
    this.#writes += 1;
    if (this.#writes >= this.failsFrom) throw new Error('ENOSPC');
    this.disk = JSON.stringify(data);
    return this.disk;
  }

  pathOf = () => 'db1_3306.json';
  create = async (data: JournalData) => ({ path: this.pathOf(), data, version: this.#write(data) });
  load = async (path: string) => (this.disk ? { path, data: this.data, version: this.disk } : undefined);
  list = async () => [];
  save = async ({ data }: Stored) => this.#write(data);
  close = async ({ path }: Stored) => {
    this.closed = this.disk;
    this.disk = undefined;
    return path;
  };
  record = async () => '';
  noteOldMaster = async () => {};
  stamp = async () => this.disk;
  noteOpenedEarly = async () => {};
  openedEarly = async () => undefined;
  isUnopened = async () => true;
  forgetUnopened = async () => {};
  claim = async () => ({ handOver: async () => {}, release: async () => {} });
  atWork = async () => undefined;
  isHolder = async () => true;
}

/** What happened, in order: `capture a`, `do a`, `undo a`. */
export interface Scene {
  readonly context: EngineContext;
  readonly store: MemoryStore;
  readonly journal: Journal;
  readonly happened: string[];
  readonly logged: string[];
  /** Called at each thing that happens; it may throw, or abort. */
  at: (what: string) => void;
  readonly abort: AbortController;
  step(name: string, more?: Partial<Step<EngineContext>>): Step<EngineContext>;
}

export async function scene(): Promise<Scene> {
  const [store, abort] = [new MemoryStore(), new AbortController()];
  const [happened, logged]: [string[], string[]] = [[], []];
  const write = (message: string) => void logged.push(message);
  let ticks = 0;
  const clock = {
    now: () => new Date(Date.UTC(2026, 0, 2) + ticks),
    began: () => new Date(Date.UTC(2026, 0, 2)),
    ticks: () => ticks++,
    sleep: async (ms: number) => {
      ticks += ms;
    },
  };
  const context = { clock, log: { debug: write, info: write, warning: write, error: write }, signal: abort.signal };
  const journal = await Journal.create(store, START, clock.now());
  const made: Scene = { context, store, journal, happened, logged, abort, at: () => {}, step };
  const happens = async (what: string) => {
    happened.push(what);
    made.at(what);
  };
  function step(name: string, more: Partial<Step<EngineContext>> = {}): Step<EngineContext> {
    return {
      name,
      title: () => `server: ${name}`,
      capture: async () => {
        await happens(`capture ${name}`);
        return { was: name };
      },
      do: () => happens(`do ${name}`),
      verify: () => happens(`verify ${name}`),
      undo: async () => {
        await happens(`undo ${name}`);
        return undefined;
      },
      ...more,
    };
  }
  return made;
}
