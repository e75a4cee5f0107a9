/** Child processes: the only place that starts any. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { messageOf } from '../../base/errors.ts';

interface ShellLimits {
  readonly encoding?: BufferEncoding;
  readonly limitMs?: number;
  readonly maxBytes?: number;
}

/**
 * The standard output of a shell command, which shares this process's standard input and error. Ignores its exit code: a
 * command that does not exist prints nothing. Rejects if no shell can be started. After `limitMs` (30 s) or `maxBytes`
 * (1 MiB) it kills the shell with everything it started, and rejects.
 */
export function shellOutput(
  command: string,
  { encoding = 'utf8', limitMs = 30_000, maxBytes = 1024 * 1024 }: ShellLimits = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', command], { stdio: ['inherit', 'pipe', 'inherit'], detached: true });
    const chunks: Buffer[] = [];
    let length = 0;
    const giveUp = (why: string) => {
      clearTimeout(limit);
      reject(new Error(`${why}${endGroup(child)}`));
    };
    const limit = setTimeout(() => giveUp(`it had not ended after ${limitMs / 1000} s`), limitMs);
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) giveUp(`it printed more than ${maxBytes} bytes`);
    });
    child.on('error', (error) => {
      clearTimeout(limit);
      reject(error);
    });
    child.on('close', () => {
      clearTimeout(limit);
      resolve(Buffer.concat(chunks).toString(encoding));
    });
  });
}

/** Signals a detached child and what it started; false if it has ended already. */
export function killGroup(pid: number | undefined, signal: NodeJS.Signals = 'SIGKILL'): boolean {
  try {
    return pid !== undefined && process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}

/**
 * Kills a detached child with what it started, and waits for it no longer. Returns what to add to the reason if that is not
 * possible: it may be another user's, as with sudo.
 */
export function endGroup(child: ChildProcess): string {
  let left = '';
  try {
    killGroup(child.pid);
  } catch (error) {
    left = `, and could not be ended (${(error as NodeJS.ErrnoException).code ?? messageOf(error)})`;
    child.unref();
  }
  for (const stream of child.stdio ?? []) stream?.destroy();
  return left;
}

interface ProgramResult {
  /** Undefined if a signal ended it or it could not be started. */
  readonly code: number | undefined;
  readonly stdout: string;
  /** If it could not be started or took too long, the last line says so. */
  readonly stderr: string;
  /** When it first wrote to stdout, in milliseconds since 1970. */
  readonly firstOutputAt: number | undefined;
}

interface ProgramOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly input?: string;
  /** After this it is killed, with everything it started; also when `signal` is aborted. */
  readonly limitMs: number;
  readonly signal?: AbortSignal;
}

/** Runs a program without a shell and keeps up to a megabyte of its output. Never rejects. */
export function runProgram(program: string, args: readonly string[], options: ProgramOptions): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const child = spawn(program, [...args], { env: options.env, stdio: 'pipe', detached: true });
    const output = { stdout: '', stderr: '' };
    let firstOutputAt: number | undefined;
    const end = (code: number | undefined, why = '') => {
      clearTimeout(limit);
      options.signal?.removeEventListener('abort', abort);
      resolve({ code, ...output, stderr: `${output.stderr}${why}`, firstOutputAt });
    };
    const kill = (why: string) => {
      end(undefined, `\n${why}${endGroup(child)}`);
    };
    const abort = () => kill('interrupted');
    const limit = setTimeout(() => kill(`it had not ended after ${options.limitMs / 1000} s`), options.limitMs);
    // One listener for each running program: no leak.
    if (options.signal) setMaxListeners(0, options.signal);
    options.signal?.addEventListener('abort', abort, { once: true });
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        if (name === 'stdout') firstOutputAt ??= Date.now();
        output[name] = (output[name] + text).slice(0, 1_000_000);
      });
    }
    if (options.signal?.aborted) abort();
    child.stdin.on('error', () => {}).end(options.input ?? '');
    child.once('error', (error) => end(undefined, `\n${error.message}`));
    child.once('close', (code) => end(code ?? undefined));
  });
}
