/** Child processes: the only place that starts any. */
import { spawn } from 'node:child_process';
import { setMaxListeners } from 'node:events';

export interface ShellLimits {
  readonly encoding?: BufferEncoding;
  readonly limitMs?: number;
  readonly maxBytes?: number;
}

/**
 * What a shell command prints on its standard output; the command shares this process's standard input and error.
 * Its exit code is not looked at: a command that does not exist prints nothing.
 * Rejects if no shell can be started, and after `limitMs` (30 s) or more than `maxBytes` (1 MiB), when the shell is
 * killed with everything it started.
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
      killGroup(child.pid);
      child.stdout.destroy();
      reject(new Error(why));
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

/** Kills a detached child and what it started; one that has ended in the meantime is no error. */
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** How a program ended. `code` is undefined where a signal ended it, and where it could not be started. */
export interface ProgramResult {
  readonly code: number | undefined;
  readonly stdout: string;
  /** Where it could not be started, or took too long, the last line says so. */
  readonly stderr: string;
  /** When its first output came, in milliseconds since 1970. */
  readonly firstOutputAt: number | undefined;
}

export interface ProgramOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly input?: string;
  /** Then it is killed, with everything it started. */
  readonly limitMs: number;
  /** It is killed as well when this is aborted. */
  readonly signal?: AbortSignal;
}

/** Runs a program without a shell and keeps what it prints, up to a megabyte. Never rejects. */
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
      killGroup(child.pid);
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
      end(undefined, `\n${why}`);
    };
    const abort = () => kill('interrupted');
    const limit = setTimeout(() => kill(`it had not ended after ${options.limitMs / 1000} s`), options.limitMs);
    // As many as programs run at the same time: that is no leak.
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
