import { existsSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createDurably, moveDurably, privateDirectory, replaceDurably } from '../../adapters/files/durable.ts';
import { readTrusted } from '../../adapters/files/trusted.ts';
import { drivers, thisProcess } from '../../adapters/machine.ts';
import { ConfigError, messageOf, Refused } from '../../base/errors.ts';
import { type Endpoint, nameOf } from '../../base/server.ts';
import type { JournalData, Phase } from './data.ts';
import { parseJournal } from './parse.ts';

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
    const path = journalPath(dir, start.origMaster);
    const data = firstEntry(start, now);
    try {
      privateDirectory(join(dir, 'history'));
      createDurably(path, JSON.stringify(data));
    } catch (error) {
      if ((error as { code?: string }).code === 'EEXIST') throw openJournal(path);
      throw new ConfigError(`cannot write the journal ${path}: ${whyNot(error)}; nothing was changed`);
    }
    const journal = new Journal(path, data);
    journal.#noteUnopened();
    return journal;
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
      return new Journal(path, parseJournal(readTrusted(path)));
    } catch (error) {
      throw new ConfigError(`the journal ${path} cannot be read: ${whyNot(error).replace(`${path}: `, '')}`);
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

  /** Beside the journal lies a note: no server has been opened for this switch. Without it nothing is proved. */
  #noteUnopened(): void {
    try {
      replaceDurably(noteOf(this.path), '');
    } catch {
      // What it would prove is then asked of the servers, or of the operator.
    }
  }

  /** True if it is certain that no hook has come to open a server. */
  isUnopened(): boolean {
    return existsSync(noteOf(this.path));
  }

  /** Takes that note away: to be called before a server is opened. @throws the system's error if the note cannot be taken away. */
  forgetUnopened(): void {
    rmSync(noteOf(this.path), { force: true });
  }

  /** Ends the journal: it goes to the history, and the cluster is free for the next switch. */
  close(phase: 'finished' | 'undone', now?: Date): string {
    if (now) this.data.closed = now.toISOString();
    this.enter(phase);
    this.forgetUnopened();
    privateDirectory(join(dirname(this.path), 'history'));
    const to = join(dirname(this.path), 'history', `${basename(this.path, '.json')}.${this.data.id}.json`);
    moveDurably(this.path, to);
    return to;
  }

  /** What that step has captured, read as its type; undefined if the journal has no such step. @throws as `parse`. */
  captured<Kept>({ name, parse }: Captured<Kept>): Kept | undefined {
    const record = this.data.steps.find((step) => step.name === name);
    return record && parse(record.captured);
  }
}

/** What a step keeps in the journal, by the step's name, and how it is read back. */
export interface Captured<Kept> {
  readonly name: string;
  /** @throws Error that names the first thing that is of another form. */
  parse(captured: unknown): Kept;
}

function noteOf(path: string): string {
  return `${path}.unopened`;
}

/** Where the journal of a switch from this master lies. */
export function journalPath(dir: string, origMaster: Endpoint): string {
  return join(dir, `${fileName(origMaster)}.json`);
}

/** What is known of a switch before it begins. */
type Beginning = Pick<JournalData, 'conf' | 'origMaster' | 'newMaster' | 'replicas' | 'before' | 'began'>;
type StartOnly = Beginning & Required<Pick<JournalData, 'start' | 'opened' | 'notes'>>;

function firstEntry(start: Beginning, now: Date): JournalData {
  const mark = thisProcess();
  const id = `${now.toISOString().replace(/[:.]/g, '-')}-${mark.pid}`;
  return { format: 1, id, ...start, phase: 'stopping', process: mark, drivers: drivers(), steps: [], notes: [] };
}

/** With the way out if the folder is not trusted. */
export function whyNot(error: unknown): string {
  return messageOf(error) + (error instanceof ConfigError ? '; or name another folder as journal_dir' : '');
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

/** A server's name as the files of its switches begin. */
export function fileName(server: Endpoint): string {
  return nameOf(server)
    .replace(/[^A-Za-z0-9.-]/g, '_')
    .replace(/^_+/, '');
}
