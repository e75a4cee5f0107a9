import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createDurably, moveDurably, privateDirectory, replaceDurably } from '../adapters/durable.ts';
import { ancestors, type ProcessMark, thisProcess } from '../adapters/machine.ts';
import { ConfigError, messageOf, Refused } from '../base/errors.ts';
import { type Endpoint, nameOf, sameEndpoint } from '../base/server.ts';

/** One step of a switch, as far as it has come. `captured` is what its undo needs; never a password or a hash. */
export interface StepRecord {
  readonly name: string;
  readonly title: string;
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
}

/** How far a switch has come; the order is that of the switch. */
export type Phase = 'stopping' | 'stopped' | 'starting' | 'started' | 'undoing' | 'finished' | 'undone';

/** The journal's content, format 1. What is optional is for the timeline alone, and older journals lack it. */
export interface JournalData {
  readonly format: 1;
  readonly id: string;
  readonly conf: string;
  readonly origMaster: Endpoint;
  readonly newMaster: Endpoint;
  readonly replicas: readonly Endpoint[];
  phase: Phase;
  /** The process that wrote last. */
  process: ProcessMark;
  /** MHA, and the wrapper that runs it: while one of them lives the switch is going on, between the hooks too. */
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

/**
 * The record of one switch: what was so before, written and flushed to disk before it is changed. One a cluster:
 * `<dir>/<host>_<port>.json`, mode 0600; closed journals go to `<dir>/history/`.
 */
export class Journal {
  readonly path: string;
  readonly data: JournalData;

  private constructor(path: string, data: JournalData) {
    this.path = path;
    this.data = data;
  }

  /** @throws Refused where this master has an open journal already; ConfigError where the directory is of no use. */
  static create(dir: string, start: Beginning, now: Date): Journal {
    const path = join(dir, `${fileName(start.origMaster)}.json`);
    const data = firstEntry(start, now);
    try {
      privateDirectory(join(dir, 'history'));
      createDurably(path, JSON.stringify(data));
    } catch (error) {
      if ((error as { code?: string }).code === 'EEXIST') throw openJournal(path);
      throw new ConfigError(`cannot write the journal ${path}: ${messageOf(error)}; nothing was changed`);
    }
    return new Journal(path, data);
  }

  /**
   * The record of a switch that has no journal to be undone from: of a dead master's. Straight into the history.
   * @throws the system's error where it cannot be written.
   */
  static record(dir: string, start: StartOnly, now: Date): string {
    const closed = now.toISOString();
    const data: JournalData = { ...firstEntry(start, now), ...start, phase: 'finished', closed, startOnly: true };
    const path = join(dir, 'history', `${fileName(start.origMaster)}.${data.id}.json`);
    privateDirectory(dirname(path));
    createDurably(path, JSON.stringify(data));
    return path;
  }

  /** @throws ConfigError where the file cannot be read or is not a journal of this format. */
  static load(path: string): Journal {
    try {
      const data = JSON.parse(readFileSync(path, 'utf8')) as JournalData;
      const whole = data?.format === 1 && Array.isArray(data.steps) && data.origMaster?.host && data.newMaster?.host;
      if (!whole) throw new Error('not a journal of format 1');
      return new Journal(path, { ...data, notes: Array.isArray(data.notes) ? data.notes : [] });
    } catch (error) {
      throw new ConfigError(`cannot read the journal ${path}: ${messageOf(error)}`);
    }
  }

  /** Undefined where the journal has been closed. */
  static loadIfThere(path: string): Journal | undefined {
    return existsSync(path) ? Journal.load(path) : undefined;
  }

  /** Writes the present content to disk; returns once it would survive a power cut. */
  save(): void {
    this.data.process = thisProcess();
    replaceDurably(this.path, JSON.stringify(this.data));
  }

  enter(phase: Phase): void {
    this.data.phase = phase;
    this.save();
  }

  /** Ends the journal: it goes to the history, and the cluster is free for the next switch. */
  close(phase: 'finished' | 'undone', now?: Date): string {
    if (now) this.data.closed = now.toISOString();
    this.enter(phase);
    const to = join(dirname(this.path), 'history', `${basename(this.path, '.json')}.${this.data.id}.json`);
    moveDurably(this.path, to);
    return to;
  }

  captured(step: string): unknown {
    return this.data.steps.find((s) => s.name === step)?.captured;
  }
}

/** What is known of a switch before it begins. */
type Beginning = Pick<JournalData, 'conf' | 'origMaster' | 'newMaster' | 'replicas' | 'began'>;
type StartOnly = Beginning & Required<Pick<JournalData, 'start' | 'opened' | 'notes'>>;

function firstEntry(start: Beginning, now: Date): JournalData {
  const mark = thisProcess();
  const id = `${now.toISOString().replace(/[:.]/g, '-')}-${mark.pid}`;
  return { format: 1, id, ...start, phase: 'stopping', process: mark, drivers: drivers(), steps: [], notes: [] };
}

/** MHA, and the wrapper that runs it, above this process. */
export function drivers(): ProcessMark[] {
  return ancestors(isDriver);
}

/** The open journals of a directory that concern one of these servers; a file that cannot be read concerns them too. */
export function openJournals(dir: string, servers: readonly Endpoint[]): { path: string; journal?: Journal }[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((name) => name.endsWith('.json'))
    .map((name) => read(join(dir, name)))
    .filter(({ path, journal }) => {
      const own = journal ? [journal.data.origMaster, journal.data.newMaster] : [];
      if (own.some((a) => servers.some((b) => sameEndpoint(a, b)))) return true;
      return !journal && servers.some((s) => basename(path) === `${fileName(s)}.json`);
    });
}

/** How many grants undoing this switch would give back, at most. */
export function grantsIn(journal: Journal): number {
  const lists = journal.data.steps.map(
    (s) => (s.captured as { blocked?: { grants: unknown[] }[] } | null)?.blocked ?? [],
  );
  return lists
    .filter(Array.isArray)
    .flatMap((list) => list.map((b) => b.grants.length + 1))
    .reduce((a, b) => a + b, 0);
}

function read(path: string): { path: string; journal?: Journal } {
  try {
    return { path, journal: Journal.load(path) };
  } catch {
    return { path };
  }
}

/** The refusal that names an open journal and the way out. */
export function openJournal(path: string): Refused {
  return new Refused([
    `a switch of this cluster never ended: ${path}. Look with mha_recover --list and end it with mha_recover`,
  ]);
}

function isDriver(args: readonly string[]): boolean {
  return args.some((arg) => /(^|\/)(masterha_(master_switch|manager)|mysql_(online_)?failover)$/.test(arg));
}

/** A server's name as the files of its switches begin. */
export function fileName(server: Endpoint): string {
  return nameOf(server)
    .replace(/[^A-Za-z0-9.-]/g, '_')
    .replace(/^_+/, '');
}
