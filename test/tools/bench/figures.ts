import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = Number.NaN, high = Number.NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}

/** `12.3 (11.0-14.2)`: the median with the lowest and the highest. */
export function spread(values: readonly number[]): string {
  const show = (value: number) => value.toFixed(value < 100 ? 1 : 0);
  return `${show(median(values))} (${show(Math.min(...values))}-${show(Math.max(...values))})`;
}

/** Milliseconds that the work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** What the figures were measured on. */
export function machine(): string {
  return `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
}

/** A table whose columns are as wide as they need be. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}

/** Writes the figures where `--json=FILE` asks for it. */
export function writeJson(args: readonly string[], figures: unknown): void {
  const file = args.find((arg) => arg.startsWith('--json='))?.slice('--json='.length);
  if (file) writeFileSync(file, `${JSON.stringify({ machine: machine(), ...(figures as object) }, null, 2)}\n`);
}
