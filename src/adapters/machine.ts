import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename } from 'node:path';

/** Identifies a process, even if its pid is reused later. */
export interface ProcessMark {
  readonly pid: number;
  readonly host: string;
  /** When it started, in the kernel's ticks since boot; with the boot's id it is unique on this host. */
  readonly started: string;
  readonly boot: string;
  /** The namespace of the pid: each container has its own. Missing in marks of older versions. */
  readonly pids?: string;
}

export function thisProcess(): ProcessMark {
  return markOf(process.pid);
}

/** A process of this host and container. Its mark fits no process if it has ended already. */
export function markOf(pid: number): ProcessMark {
  const pids = pidNamespace();
  const started = startOf(pid) ?? '';
  return { pid, host: hostname(), started, boot: bootId(), ...(pids === undefined ? {} : { pids }) };
}

export function isThisProcess(mark: ProcessMark): boolean {
  return sameProcess(mark, thisProcess());
}

export function sameProcess(a: ProcessMark, b: ProcessMark): boolean {
  if (a.pids !== undefined && b.pids !== undefined && a.pids !== b.pids) return false;
  return a.pid === b.pid && a.host === b.host && a.started === b.started && a.boot === b.boot;
}

/** The processes above this one, the nearest first. Each waits for the one below it. */
export function ancestors(): ProcessMark[] {
  const found: ProcessMark[] = [];
  for (let pid = parentOf(process.pid); pid > 1; pid = parentOf(pid)) {
    found.push(markOf(pid));
  }
  return found;
}

/** The caller: the nearest process above this one that is no shell and not one of {@link STARTERS}; undefined if none. */
export function caller(): ProcessMark | undefined {
  return ancestors().find(({ pid }) => !STARTERS.has(programOf(pid)));
}

/** The environment variable in which a wrapper names itself to its hooks, see {@link wrapperMark}. */
export const WRAPPER = 'MHA_HELPER_WRAPPER';

/** This process, for {@link WRAPPER}. */
export function wrapperMark(): string {
  return `${process.pid} ${startOf(process.pid)}`;
}

/** The wrapper that runs this hook's MHA, if any. */
export function wrapperAbove(): ProcessMark | undefined {
  return ancestors().find(({ pid, started }) => process.env[WRAPPER] === `${pid} ${started}`);
}

/** Who runs this hook's switch: MHA, and the wrapper above it, if any. */
export function drivers(): ProcessMark[] {
  const [own, wrapper] = [caller(), wrapperAbove()];
  if (!own || !wrapper) return [own ?? wrapper ?? []].flat();
  return sameProcess(own, wrapper) ? [own] : [own, wrapper];
}

/** Programs that only start another one: the caller is whoever started these. */
const STARTERS: ReadonlySet<string> = new Set(
  (
    'sh bash dash ash ksh mksh zsh fish busybox sudo su runuser doas env timeout nice ionice chrt taskset setsid nohup ' +
    'stdbuf setpriv chroot nsenter unshare flock script'
  ).split(' '),
);

/** The name of a process's program. Its command name is readable for other users' processes too. */
function programOf(pid: number): string {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '');
  } catch {
    return read(`/proc/${pid}/comm`)?.trim() ?? '';
  }
}

/** The pids of other processes on this machine whose arguments fit, as far as this user may see them. */
export function runningCommands(fits: (args: readonly string[]) => boolean): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pid !== process.pid && startOf(pid) && fits(argumentsOf(pid)));
}

/** Whether that process still runs; undefined if it belongs to another host or container and cannot be seen. */
export function isRunning(mark: ProcessMark): boolean | undefined {
  if (mark.host !== hostname()) return undefined;
  if (mark.boot === bootId() && mark.pids !== undefined && mark.pids !== pidNamespace()) return undefined;
  return mark.boot === bootId() && startOf(mark.pid) === mark.started;
}

/** The mark of a process that is known to be one of this host, which may have got another name since. */
export function here(mark: ProcessMark): ProcessMark {
  return { ...mark, host: hostname() };
}

export function isAlive(pid: number): boolean {
  return startOf(pid) !== undefined;
}

function pidNamespace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return undefined;
  }
}

function bootId(): string {
  return read('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

/** Field 22 of /proc/PID/stat; undefined for a zombie. */
function startOf(pid: number): string | undefined {
  const fields = statOf(pid);
  return fields && fields[0] !== 'Z' ? fields[19] : undefined;
}

/** Field 4 of /proc/PID/stat; 0 if there is none. */
export function parentOf(pid: number): number {
  return Number(statOf(pid)?.[1] ?? 0);
}

/** The fields from the third on: the command name before them may hold spaces and parentheses. */
function statOf(pid: number): string[] | undefined {
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** The arguments of a process; empty if they cannot be read. */
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
