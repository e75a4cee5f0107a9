import { rmSync } from 'node:fs';
import { drivers, sameProcess, thisProcess } from '../../adapters/machine.ts';
import { messageOf, Refused } from '../../base/errors.ts';
import { create, inherit, replace } from './claim/file.ts';
import { type Holding, holding, inWords, othersAtWork, readHolding, TERM_MS, termFromNow } from './claim/holding.ts';

const RENEW_MS = TERM_MS / 4;
const TRIES = 20;

/** A claim that one has, see the store's port. */
export interface Held {
  handOver(): void;
  release(): void;
}

/**
 * The right to act on a switch: whoever changes a server because of it holds the claim before, so that two never act at
 * once. It lies in a file beside the journal, and is the only thing that says that somebody is at work. It ends with its
 * holder: a claim of processes that have ended is free. A process may take the claim of one that waits for it, as `start`
 * takes that of MHA, which runs it.
 */
export class Claim implements Held {
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;
  #own: Holding;

  /** Those of this process. Taken once more within one's own claim, a claim is that same one. */
  static readonly #held = new Set<string>();

  private constructor(path: string, own: Holding) {
    this.#path = path;
    this.#own = own;
    Claim.#held.add(path);
    this.#timer = setInterval(() => this.#renew(), RENEW_MS);
    this.#timer.unref();
  }

  /**
   * @throws Refused if somebody else is at work; ConfigError if the claim cannot be written. `deadHosts`: hosts whose
   * processes are known to have ended with them.
   */
  static take(journal: string, by: string, deadHosts: readonly string[] = []): Held {
    const path = pathOf(journal);
    if (Claim.#held.has(path)) return { handOver: () => {}, release: () => {} };
    const own = holding(by, [thisProcess()]);
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      if (createdUnlessBusy(path, own, deadHosts)) return new Claim(path, own);
      const left = readHolding(path);
      if (!left) continue;
      refuseIfBusy(left, deadHosts);
      const inherited = inherit(path, left, own, deadHosts);
      if (inherited === 'own') return new Claim(path, own);
      if (inherited !== 'gone') refuseIfBusy(inherited, deadHosts);
    }
    throw new Refused([`${path} is taken again and again; wait, and try later`]);
  }

  /** Ends this process's part: MHA, and the wrapper above it, hold the claim until they act or end. */
  handOver(): void {
    this.#end();
    if (this.#isOwn()) replace(this.#path, holding('MHA', drivers()));
  }

  release(): void {
    this.#end();
    if (this.#isOwn()) rmSync(this.#path, { force: true });
  }

  #end(): void {
    clearInterval(this.#timer);
    Claim.#held.delete(this.#path);
  }

  /** False if that is not known: then it ends with this process. */
  #isOwn(): boolean {
    return readIfKnown(this.#path)?.id === this.#own.id;
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

/** Who else is at work on the switch of this journal, in words; undefined if nobody is. A claim that cannot be read counts. */
export function atWorkOn(journal: string, deadHosts: readonly string[] = []): string | undefined {
  try {
    const found = readHolding(pathOf(journal));
    const others = found ? othersAtWork(found, deadHosts) : [];
    return found && others.length > 0 ? inWords(found, others) : undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Whether this process is one of those that hold the claim, as a wrapper does together with MHA. */
export function isAmongHolders(journal: string): boolean {
  return readIfKnown(pathOf(journal))?.holders.some((mark) => sameProcess(mark, thisProcess())) ?? false;
}

/** On a disk that is full nothing can be created, and yet somebody may hold the claim: that is the answer then. */
function createdUnlessBusy(path: string, own: Holding, deadHosts: readonly string[]): boolean {
  try {
    return create(path, own);
  } catch (error) {
    const left = readIfKnown(path);
    if (left) refuseIfBusy(left, deadHosts);
    throw error;
  }
}

function pathOf(journal: string): string {
  return `${journal}.claim`;
}

function refuseIfBusy(found: Holding, deadHosts: readonly string[]): void {
  const others = othersAtWork(found, deadHosts);
  if (others.length > 0) throw new Refused([`${inWords(found, others)}; wait until it has ended`]);
}

function readIfKnown(path: string): Holding | undefined {
  try {
    return readHolding(path);
  } catch {
    return undefined;
  }
}
