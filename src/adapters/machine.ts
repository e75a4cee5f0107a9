import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, so that another one that got the same pid later is not taken for it. */
export interface ProcessMark {
  readonly pid: number;
  readonly host: string;
  /** When it started, in the kernel's ticks since boot; with the boot's id it is unique on this host. */
  readonly started: string;
  readonly boot: string;
}

/** This process. */
export function thisProcess(): ProcessMark {
  return { pid: process.pid, host: hostname(), started: startOf(process.pid) ?? '', boot: bootId() };
}

/** Whether that process still runs; undefined where it ran on another host and cannot be known. */
export function isRunning(mark: ProcessMark): boolean | undefined {
  if (mark.host !== hostname()) return undefined;
  return mark.boot === bootId() && startOf(mark.pid) === mark.started;
}

function bootId(): string {
  return read('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

/** Field 22 of /proc/PID/stat; the command name before it may hold spaces and parentheses. A zombie runs no more. */
function startOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields && fields[0] !== 'Z' ? fields[19] : undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
