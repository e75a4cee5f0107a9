import { randomUUID } from 'node:crypto';
import { linkSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { privateDirectory } from '../adapters/durable.ts';
import { ancestors, drivers, isRunning, type ProcessMark, sameProcess, thisProcess } from '../adapters/machine.ts';
import { readTrusted } from '../adapters/trusted.ts';
import { ConfigError, messageOf, Refused } from '../base/errors.ts';

/** Who acts on a switch: the content of the claim that lies beside its journal. */
interface Holding {
  /** Another for every taking. */
  readonly id: string;
  /** What the holders do, for messages: `stop`, `mha_recover`. */
  readonly by: string;
  /** The claim is held while one of them runs. */
  readonly holders: readonly ProcessMark[];
  /** A holder on another host cannot be seen. It counts as running until then; ISO 8601. The holder puts it off. */
  readonly until: string;
}

/** How long a holder that cannot be seen is believed to be at work. */
const TERM_MS = 60_000;
const RENEW_MS = TERM_MS / 4;
const TRIES = 20;

/**
 * The right to act on a switch: whoever changes a server because of it holds the claim before, so that two never act at
 * once. It lies in a file beside the journal, and is the only thing that says that somebody is at work. It ends with its
 * holder: a claim of processes that have ended is free. A process may take the claim of one that waits for it, as `start`
 * takes that of MHA, which runs it.
 */
export class Claim {
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;
  #own: Holding;

  private constructor(path: string, own: Holding) {
    this.#path = path;
    this.#own = own;
    this.#timer = setInterval(() => this.#renew(), RENEW_MS);
    this.#timer.unref();
  }

  /**
   * @throws Refused if somebody else is at work; ConfigError if the claim cannot be written. `deadHosts`: hosts whose
   * processes are known to have ended with them.
   */
  static take(journal: string, by: string, deadHosts: readonly string[] = []): Claim {
    const path = pathOf(journal);
    const own = holding(by, [thisProcess()]);
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      if (created(path, own)) return new Claim(path, own);
      const found = read(path);
      const others = found ? othersAtWork(found, deadHosts) : [];
      if (found && others.length > 0) throw busy(found, others);
      moveAway(path, found);
    }
    throw new Refused([`${path} is taken again and again; wait, and try later`]);
  }

  /** Ends this process's part: MHA, and the wrapper above it, hold the claim until they act or end. */
  handOver(): void {
    clearInterval(this.#timer);
    if (this.#isOwn()) replace(this.#path, holding('MHA', drivers()));
  }

  release(): void {
    clearInterval(this.#timer);
    if (this.#isOwn()) unlinkSync(this.#path);
  }

  #isOwn(): boolean {
    return read(this.#path)?.id === this.#own.id;
  }

  #renew(): void {
    if (!this.#isOwn()) {
      clearInterval(this.#timer);
      return;
    }
    this.#own = { ...this.#own, until: termFromNow() };
    replace(this.#path, this.#own);
  }
}

/** Who else is at work on the switch of this journal, in words; undefined if nobody is. */
export function atWorkOn(journal: string, deadHosts: readonly string[] = []): string | undefined {
  const found = read(pathOf(journal));
  const others = found ? othersAtWork(found, deadHosts) : [];
  return found && others.length > 0 ? inWords(found, others) : undefined;
}

/** Whether this process is one of those that hold the claim, as a wrapper does together with MHA. */
export function isAmongHolders(journal: string): boolean {
  return read(pathOf(journal))?.holders.some((mark) => sameProcess(mark, thisProcess())) ?? false;
}

function pathOf(journal: string): string {
  return `${journal}.claim`;
}

function holding(by: string, holders: readonly ProcessMark[]): Holding {
  return { id: randomUUID(), by, holders, until: termFromNow() };
}

function termFromNow(): string {
  return new Date(Date.now() + TERM_MS).toISOString();
}

/** A process waits for those below it: its own ancestors stop nobody. */
function othersAtWork({ holders, until }: Holding, deadHosts: readonly string[]): ProcessMark[] {
  const own = [thisProcess(), ...ancestors()];
  const runs = (mark: ProcessMark) => isRunning(mark) ?? Date.parse(until) > Date.now();
  return holders.filter(
    (mark) => !deadHosts.includes(mark.host) && !own.some((one) => sameProcess(one, mark)) && runs(mark),
  );
}

function busy(found: Holding, others: readonly ProcessMark[]): Refused {
  return new Refused([`${inWords(found, others)}; wait until it has ended`]);
}

function inWords({ by, until }: Holding, others: readonly ProcessMark[]): string {
  const who = others.map((mark) => {
    if (isRunning(mark)) return `process ${mark.pid} on ${mark.host}`;
    return `perhaps process ${mark.pid} on ${mark.host} (until ${until}; --host_is_dead=${mark.host} if that host is dead)`;
  });
  return `${by} is at work on this switch: ${who.join(', ')}`;
}

/** False if there is a claim already. A claim need not survive a crash of the machine: no holder does. */
function created(path: string, own: Holding): boolean {
  const temporary = `${path}.${own.id}`;
  try {
    privateDirectory(dirname(path));
    writeFileSync(temporary, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
    try {
      linkSync(temporary, path);
      return true;
    } finally {
      unlinkSync(temporary);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    const elsewhere = error instanceof ConfigError ? '; or name another folder as journal_dir' : '';
    throw new ConfigError(
      `cannot write ${path}: ${messageOf(error)}${elsewhere}. Nothing was changed; mend it and run again`,
    );
  }
}

function replace(path: string, own: Holding): void {
  const temporary = `${path}.${own.id}`;
  try {
    writeFileSync(temporary, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
    renameSync(temporary, path);
  } catch {
    // The old one stays; it names this process, and is free as soon as that has ended.
  }
}

/** Moves a claim away that is nobody's any more. If that was a new one, which somebody has just made, it is put back. */
function moveAway(path: string, stale: Holding | undefined): void {
  const aside = `${path}.${thisProcess().pid}.old`;
  try {
    renameSync(path, aside);
    if (read(aside)?.id !== stale?.id) linkSync(aside, path);
    unlinkSync(aside);
  } catch {
    // Gone already, or there is another one by now: the next look tells.
  }
}

/** Undefined if there is none, or it cannot be read. A claim of an older version names one process, and has no id. */
function read(path: string): Holding | undefined {
  try {
    const found = JSON.parse(readTrusted(path)) as Holding & ProcessMark;
    return Array.isArray(found.holders) ? found : { id: '', by: 'mha_recover', holders: [found], until: termFromNow() };
  } catch {
    return undefined;
  }
}
