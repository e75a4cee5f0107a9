import { reaches } from '../../../capabilities/replication/binlogEnd.ts';
import type { LogPosition } from '../../../capabilities/replication/status.ts';

/** So small a lag costs no more time than the steps that follow. */
const IN_SYNC_MS = 30;
/** The lag shrinks if the least of a stretch is less than LESS of the one before. */
const STRETCH_MS = 1000;
const LESS = 0.8;
/** If it does not shrink, a lag about as small as the best of the last stretch is accepted. */
const AS_GOOD = 1.2;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * Replication lag in ms: how long ago the master was at the position the replica has reached now. No I/O. Also decides when
 * waiting is over: the replica is in sync, or more waiting would not help.
 */
export class Lag {
  readonly #seen: { readonly at: number; readonly master: LogPosition }[] = [];
  #stretch: Stretch = { from: Number.NEGATIVE_INFINITY, least: NEVER, before: NEVER };
  /** Since when the lag is known not to shrink, and the best one to expect. */
  #choosing: { readonly from: number; readonly best: number } | undefined;

  /** `at` in ms. `behindMs` is undefined until the replica reaches the master's first known position. */
  look(
    at: number,
    master: LogPosition,
    replica: LogPosition | undefined,
  ): { behindMs: number | undefined; goOn: boolean } {
    this.#seen.push({ at, master });
    const behindMs = this.#behind(at, replica);
    if (behindMs === undefined) return { behindMs, goOn: false };
    this.#note(at, behindMs);
    return { behindMs, goOn: behindMs <= IN_SYNC_MS || this.#isGood(at, behindMs) };
  }

  #behind(at: number, replica: LogPosition | undefined): number | undefined {
    const known = this.#seen.findLast(({ master }) => reaches(replica, master));
    if (!known) return undefined;
    this.#seen.splice(0, this.#seen.indexOf(known));
    const next = this.#seen[1];
    return next ? at - next.at : 0;
  }

  #note(at: number, behindMs: number): void {
    const { from, before } = this.#stretch;
    const least = Math.min(this.#stretch.least, behindMs);
    if (at - from < STRETCH_MS) {
      this.#stretch = { from, least, before };
      return;
    }
    const began = Number.isFinite(from);
    if (began && least >= before * LESS) this.#choosing ??= { from: at, best: Math.min(least, before) };
    this.#stretch = { from: at, least: behindMs, before: began ? least : NEVER };
  }

  #isGood(at: number, behindMs: number): boolean {
    if (!this.#choosing) return false;
    const { from, best } = this.#choosing;
    return behindMs <= best * AS_GOOD || at - from >= STRETCH_MS;
  }
}

interface Stretch {
  readonly from: number;
  /** The smallest lag in it, and in the one before. */
  readonly least: number;
  readonly before: number;
}
