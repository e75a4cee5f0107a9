import { spawn } from 'node:child_process';
import { closeSync, constants, fstatSync, openSync, readlinkSync, statSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { CHANNEL_FD, Channel } from './channel.ts';

/** A process in a session of its own, which outlives this one. */
export interface Detached {
  /** Undefined if it could not be started; the channel ends then. */
  readonly pid: number | undefined;
  readonly channel: Channel;
  /** The file or terminal that it writes to. */
  readonly output: string;
}

/**
 * Starts a Node program that holds nothing of this process open: neither its output, nor its terminal session, nor any
 * other file. It writes to the file or terminal that is this process's standard output, opened anew; if that is a pipe, whose
 * reader would wait for it, to the file `otherwise`.
 */
export function startDetached(file: string, args: readonly string[], otherwise: () => string): Detached {
  const fd = openAnew(otherwise);
  try {
    const output = readlinkSync(`/proc/self/fd/${fd}`);
    const stdio: ('ignore' | 'pipe' | number)[] = ['ignore', fd, fd];
    stdio[CHANNEL_FD] = 'pipe';
    const child = spawn(process.execPath, [file, ...args], { stdio, detached: true, env: environment() });
    child.on('error', () => {});
    child.unref();
    return { pid: child.pid, channel: new Channel(child.stdio[CHANNEL_FD] as never), output };
  } finally {
    closeSync(fd);
  }
}

/** Neither passwords nor what others have put into MHA's environment. */
function environment(): NodeJS.ProcessEnv {
  const names = [
    'PATH',
    'HOME',
    'LANG',
    'LC_ALL',
    'TZ',
    'TMPDIR',
    'NODE_COMPILE_CACHE',
    'MHA_HELPER_DEBUG',
    'NO_COLOR',
  ];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

/** A session leader that opens a terminal without O_NOCTTY would get it as its own. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_NOCTTY;

function openAnew(otherwise: () => string): number {
  try {
    if (isatty(1) || fstatSync(1).isFile()) return openSync(readlinkSync('/proc/self/fd/1'), FLAGS);
  } catch {
    // Closed or removed, or another user's terminal (su).
  }
  try {
    return openSync(otherwise(), FLAGS | constants.O_CREAT, 0o600);
  } catch {
    return openSync('/dev/null', FLAGS);
  }
}

/**
 * Writes to the standard output of another process, if that is a pipe, without waiting for its reader. Failures are ignored:
 * the process may have ended, or the reader.
 */
export function writeToPipeOf(pid: number, text: string): void {
  const path = `/proc/${pid}/fd/1`;
  try {
    if (!statSync(path).isFIFO()) return;
    const pipe = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      writeSync(pipe, text);
    } finally {
      closeSync(pipe);
    }
  } catch {
    // Nobody reads it.
  }
}
