import { rmSync } from 'node:fs';
import { drivers, type ProcessMark, sameProcess, thisProcess, wrapperAbove } from '../../adapters/machine.ts';
import { messageOf, Refused } from '../../base/errors.ts';
import { create, inherit, replace } from './claim/file.ts';
import {
  type GuardianMark,
  type Holding,
  holding,
  inWords,
  othersAtWork,
  partnerIn,
  readHolding,
  TERM_MS,
  termFromNow,
} from './claim/holding.ts';
import type { Held, JournalStore } from './store.ts';

const RENEW_MS = TERM_MS / 4;
const TRIES = 20;

/**
 * The right to act on a switch, as a file beside the journal: nothing else says that somebody is at work. A claim whose
 * holders have ended is free. A process may take the claim of one that waits for it, as `start` takes that of MHA, which
 * runs it.
 */
export class Claim implements Held {
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;
  #own: Holding;
  /** Known from the beginning: once MHA is dead, this process has another parent, which may live for ever. */
  readonly #drivers: readonly ProcessMark[] = drivers();
  readonly #wrapper: ProcessMark | undefined = wrapperAbove();

  /** This process's claims: taking one of them again has no effect. */
  static readonly #held = new Set<string>();

  private constructor(path: string, own: Holding) {
    this.#path = path;
    this.#own = own;
    Claim.#held.add(path);
    this.#timer = setInterval(() => this.#renew(), RENEW_MS);
    this.#timer.unref();
  }

  /** See {@link JournalStore.claim}. */
  static take(journal: string, by: string, deadHosts: readonly string[] = []): Held {
    const path = pathOf(journal);
    if (Claim.#held.has(path)) return { handOver: async () => {}, release: async () => {} };
    const alone = holding(by, [thisProcess()]);
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      if (createdUnlessBusy(path, alone, deadHosts)) return new Claim(path, alone);
      const left = readHolding(path);
      if (!left) continue;
      refuseIfBusy(left, deadHosts);
      const own = { ...alone, guardian: partnerIn(left) };
      const inherited = inherit(path, left, own, deadHosts);
      if (inherited === 'own') return new Claim(path, own);
      if (inherited !== 'gone') refuseIfBusy(inherited, deadHosts);
    }
    throw new Refused([`${path} is taken again and again; try again later`]);
  }

  async handOver(guardian: GuardianMark | undefined = this.#own.guardian): Promise<void> {
    this.#end();
    if (this.#isOwn()) replace(this.#path, holding('MHA', this.#heirs(guardian), guardian));
  }

  async release(): Promise<void> {
    this.#end();
    if (this.#isOwn()) rmSync(this.#path, { force: true });
  }

  /** With a guardian of its own the wrapper is none: once MHA is dead, each of the two would wait for the other. */
  #heirs(guardian: GuardianMark | undefined): readonly ProcessMark[] {
    const wrapper = guardian && this.#wrapper;
    return this.#drivers.filter((mark) => !wrapper || !sameProcess(mark, wrapper));
  }

  #end(): void {
    clearInterval(this.#timer);
    Claim.#held.delete(this.#path);
  }

  /** False also if that is unknown: then the claim ends with this process. */
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

/** See {@link JournalStore.atWork}. */
export function atWorkOn(journal: string, deadHosts: readonly string[] = []): string | undefined {
  try {
    const found = readHolding(pathOf(journal));
    const others = found ? othersAtWork(found, deadHosts) : [];
    return found && others.length > 0 ? inWords(found, others) : undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** See {@link JournalStore.isHolder}. */
export function isAmongHolders(journal: string): boolean {
  const { holders = [], guardian } = readIfKnown(pathOf(journal)) ?? {};
  return [...holders, guardian?.process].some((mark) => mark !== undefined && sameProcess(mark, thisProcess()));
}

/** On a full disk nothing can be created, but if somebody holds the claim, that is what is reported. */
function createdUnlessBusy(path: string, own: Holding, deadHosts: readonly string[]): boolean {
  try {
    return create(path, own);
  } catch (error) {
    const left = readIfKnown(path);
    if (left) refuseIfBusy(left, deadHosts);
    throw error;
  }
}

const pathOf = (journal: string) => `${journal}.claim`;

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
