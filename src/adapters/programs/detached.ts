import { spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeSync,
} from 'node:fs';
import { type Duplex, PassThrough } from 'node:stream';
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
  const nothing = openSync('/dev/null', 'r+');
  try {
    const output = readlinkSync(`/proc/self/fd/${fd}`);
    const stdio: ('ignore' | 'pipe' | number)[] = ['ignore', fd, fd, 'pipe', ...closedBeyond(CHANNEL_FD, nothing)];
    const child = spawn(process.execPath, [file, ...args], { stdio, detached: true, env: environment() });
    child.on('error', () => {});
    child.unref();
    // A process that could not be started has no streams.
    const stream = (child.stdio?.[CHANNEL_FD] as Duplex | null | undefined) ?? new PassThrough().destroy();
    return { pid: child.pid, channel: new Channel(stream), output };
  } finally {
    closeSync(fd);
    closeSync(nothing);
  }
}

/**
 * `nothing` for each descriptor that others have left open in this process (`9>lock`), and that a child would inherit: those
 * of Node have O_CLOEXEC.
 */
function closedBeyond(last: number, nothing: number): ('ignore' | number)[] {
  const open = readdirSync('/proc/self/fd').map(Number);
  const left = open.filter((fd) => fd > last && fd <= MOST_INHERITED && !isCloseOnExec(fd));
  return Array.from({ length: Math.max(last, ...left) - last }, (_, i) =>
    left.includes(last + 1 + i) ? nothing : 'ignore',
  );
}

/** A shell's redirections have few digits. */
const MOST_INHERITED = 255;
const O_CLOEXEC = 0o2000000;

function isCloseOnExec(fd: number): boolean {
  try {
    const [, flags = '0'] = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
    return (Number.parseInt(flags, 8) & O_CLOEXEC) !== 0;
  } catch {
    return true;
  }
}

/** What Node and TLS need; neither passwords nor what others have put into MHA's environment. */
function environment(): NodeJS.ProcessEnv {
  const names = [
    'PATH',
    'HOME',
    'LANG',
    'LC_ALL',
    'TZ',
    'TMPDIR',
    'LD_LIBRARY_PATH',
    'OPENSSL_CONF',
    'SSL_CERT_FILE',
    'SSL_CERT_DIR',
    'NODE_EXTRA_CA_CERTS',
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
