import { reaches } from '../../../capabilities/replication/binlogEnd.ts';
import type { LogPosition } from '../../../capabilities/replication/status.ts';

/** A new master so little behind costs no more than the steps that follow. */
const LEVEL_MS = 30;
/** The lag shrinks if it was less in this stretch than in the one before. */
const STRETCH_MS = 1000;
const LESS = 0.8;
/** Where it does not shrink, a moment is taken that is about as good as the best one of the last stretch. */
const AS_GOOD = 1.2;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * How far a replica is behind, by when its master was where the replica is now. Pure: told what was seen and when. It also
 * says when waiting is over: the replica is level, or waiting brings it no nearer.
 */
export class Lag {
  readonly #seen: { readonly at: number; readonly master: LogPosition }[] = [];
  #stretch: Stretch = { from: Number.NEGATIVE_INFINITY, least: NEVER, before: NEVER };
  /** Since when it is known not to shrink, and the best that can be hoped for. */
  #choosing: { readonly from: number; readonly best: number } | undefined;

  /** `at` in milliseconds. `behindMs` is undefined where the replica has not come to where the master was first seen. */
  look(
    at: number,
    master: LogPosition,
    replica: LogPosition | undefined,
  ): { behindMs: number | undefined; goOn: boolean } {
    this.#seen.push({ at, master });
    const behindMs = this.#behind(at, replica);
    if (behindMs === undefined) return { behindMs, goOn: false };
    this.#note(at, behindMs);
    return { behindMs, goOn: behindMs <= LEVEL_MS || this.#isGood(at, behindMs) };
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
  /** The smallest lag in it, and in the one before it. */
  readonly least: number;
  readonly before: number;
}
