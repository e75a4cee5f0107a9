import { readdirSync, readFileSync } from 'node:fs';
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

export function isThisProcess(mark: ProcessMark): boolean {
  return sameProcess(mark, thisProcess());
}

export function sameProcess(a: ProcessMark, b: ProcessMark): boolean {
  return a.pid === b.pid && a.host === b.host && a.started === b.started && a.boot === b.boot;
}

/** The processes above this one whose arguments fit, the nearest first. */
export function ancestors(fits: (args: readonly string[]) => boolean): ProcessMark[] {
  const found: ProcessMark[] = [];
  for (let pid = parentOf(process.pid); pid > 1; pid = parentOf(pid)) {
    if (fits(argumentsOf(pid))) found.push({ ...thisProcess(), pid, started: startOf(pid) ?? '' });
  }
  return found;
}

/** The pids of this machine's other processes whose arguments fit, as far as this user may see them. */
export function runningCommands(fits: (args: readonly string[]) => boolean): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pid !== process.pid && startOf(pid) && fits(argumentsOf(pid)));
}

/** Whether that process still runs; undefined where it ran on another host and cannot be known. */
export function isRunning(mark: ProcessMark): boolean | undefined {
  if (mark.host !== hostname()) return undefined;
  return mark.boot === bootId() && startOf(mark.pid) === mark.started;
}

/** Whether a process of this machine still runs. */
export function isAlive(pid: number): boolean {
  return startOf(pid) !== undefined;
}

function bootId(): string {
  return read('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

/** Field 22 of /proc/PID/stat. A zombie runs no more. */
function startOf(pid: number): string | undefined {
  const fields = statOf(pid);
  return fields && fields[0] !== 'Z' ? fields[19] : undefined;
}

/** Field 4 of /proc/PID/stat; 0 where there is none. */
function parentOf(pid: number): number {
  return Number(statOf(pid)?.[1] ?? 0);
}

/** The fields from the third on: the command name before them may hold spaces and parentheses. */
function statOf(pid: number): string[] | undefined {
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** What a process was started with; empty where that cannot be seen. */
export function argumentsOf(pid: number): string[] {
  return (read(`/proc/${pid}/cmdline`) ?? '').split('\0').filter((arg) => arg !== '');
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
