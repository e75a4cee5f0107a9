import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ConfigError } from '../../base/errors.ts';
import { killGroup } from './child.ts';

/** One of MHA's programs, in a process group of its own, so that Ctrl-C on the terminal reaches only this process. */
export interface RunningProgram {
  /** The exit code; 128 + the signal number if a signal ended it. */
  readonly ended: Promise<number>;
  /** Signals it and everything it started. Once it has ended, sends nothing and returns false. */
  kill(signal: NodeJS.Signals): boolean;
  /** Stops waiting for what it left running, which may hold its output open. */
  abandon(): void;
}

/** Starts `program` without a shell; every line it prints goes to `onLine`. @throws ConfigError if it is missing. */
export function startProgram(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  onLine: (line: string) => void,
): Promise<RunningProgram> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine);
    const ended = new Promise<number>((end) =>
      child.once('close', (code, signal) => end(code ?? 128 + number(signal))),
    );
    child.once('error', (error) =>
      reject(new ConfigError(`cannot run ${program}: ${error.message}; install mha4mysql-manager`)),
    );
    const abandon = () => [child.stdout, child.stderr].forEach((stream) => void stream.destroy());
    child.once('spawn', () => resolve({ ended, kill: (signal) => killUnlessEnded(child, signal), abandon }));
  });
}

/** Reports the lines appended to a file from now on, every 200 ms until `stop`, which reads the rest. */
export function followFile(path: string, onLine: (line: string) => void): { stop(): void } {
  let stopped = false;
  let at = sizeOf(path);
  let rest = '';
  const read = () => {
    const size = sizeOf(path);
    if (size < at) at = 0;
    if (size === at) return;
    const lines = (rest + readFrom(path, at, size - at)).split('\n');
    at = size;
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
  const timer = setInterval(read, 200);
  return {
    stop: () => {
      if (stopped) return;
      stopped = true;
      clearInterval(timer);
      read();
      if (rest !== '') onLine(rest);
    },
  };
}

function readFrom(path: string, at: number, length: number): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, length, at));
  } finally {
    closeSync(file);
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** After the leader has been reaped, its pid may name another group. */
function killUnlessEnded({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): boolean {
  return exitCode === null && signalCode === null && killGroup(pid, signal);
}

function number(signal: NodeJS.Signals | null): number {
  return { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[String(signal)] ?? 0;
}
