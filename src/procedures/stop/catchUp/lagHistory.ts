/** The lag of the new master in the time in which `stop` waited for it. No I/O. */
export class LagHistory {
  readonly #seen: number[] = [];

  note(behindMs: number): void {
    this.#seen.push(behindMs);
  }

  /** In words, if the last lag is more than that; undefined if not. */
  moreThan(maxMs: number, waitedMs: number): string | undefined {
    const last = this.#seen.at(-1) ?? 0;
    if (last <= maxMs) return undefined;
    const [least, most] = [Math.min(...this.#seen), Math.max(...this.#seen)];
    return (
      `is ${seconds(last)} behind after ${seconds(waitedMs)} (catch_up_timeout), more than max_lag (${seconds(maxMs)}): ` +
      `nobody could write for as long. In that time it was ${seconds(least)} to ${seconds(most)} behind, and ` +
      `${this.#trend()}; usual is less than 0.1 s. Nobody was shut out. Look with mysql_replica_status for a delay, a ` +
      'lock or a large transaction on it, and try again'
    );
  }

  /** The last quarter of the time beside the quarter before it, since a lag jumps. */
  #trend(): string {
    const quarter = Math.max(Math.floor(this.#seen.length / 4), 1);
    const [before, now] = [mean(this.#seen.slice(-2 * quarter, -quarter)), mean(this.#seen.slice(-quarter))];
    if (before === undefined || now === undefined) return 'nothing shows if the lag shrinks';
    if (now > before * MORE) return 'the lag is growing';
    return now * MORE < before ? 'the lag is shrinking' : 'the lag stays the same';
  }
}

const MORE = 1.05;

function mean(all: readonly number[]): number | undefined {
  return all.length === 0 ? undefined : all.reduce((sum, one) => sum + one, 0) / all.length;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
