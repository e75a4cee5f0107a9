import { counted } from '../../../base/text.ts';
import type { LogPosition } from '../../../capabilities/replication/status.ts';

/** How far one position is behind another, as far as it is known; never negative. */
export interface Distance {
  readonly bytes?: number;
  /** How many binlog files it is behind, if the two are in different files. */
  readonly files?: number;
  readonly transactions?: number;
}

/**
 * How far `at` is behind `goal` in the same binlog: `order` is negative before it, 0 at it, positive beyond it. Undefined
 * if their file names show that they are not in the same binlog.
 */
export function compareLogs(at: LogPosition, goal: LogPosition): { order: number; distance: Distance } | undefined {
  const [a, b] = [fileNumber(at.file), fileNumber(goal.file)];
  if (a === undefined || b === undefined || a.base !== b.base) return undefined;
  if (a.number === b.number) {
    const bytes = goal.position - at.position;
    return { order: -Math.sign(bytes), distance: { bytes: Math.max(bytes, 0) } };
  }
  return { order: Math.sign(a.number - b.number), distance: { files: Math.max(b.number - a.number, 0) } };
}

function fileNumber(file: string): { base: string; number: number } | undefined {
  const [, base, digits] = /^(.+)\.(\d+)$/.exec(file) ?? [];
  return base === undefined ? undefined : { base, number: Number(digits) };
}

/** `mysql-bin.000003:12045` */
export function positionText(at: LogPosition | undefined): string {
  return at === undefined ? '-' : `${at.file}:${at.position}`;
}

/** `3,400 bytes`, `2 binlog files`, `17 transactions`. */
export function distanceText({ bytes, files, transactions }: Distance): string {
  const parts = [
    ...(transactions === undefined ? [] : [counted(transactions, 'transaction')]),
    ...(files === undefined ? [] : [counted(files, 'binlog file')]),
    ...(bytes === undefined ? [] : [counted(bytes, 'byte')]),
  ];
  return parts.join(', ');
}
