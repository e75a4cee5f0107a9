import { spawn } from 'node:child_process';

export interface RunResult {
  /** The exit code, or undefined where a signal ended it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

export interface RunOptions {
  /** Added to this process's own environment. */
  env?: Record<string, string | undefined>;
  /** After this, the program and its whole process group are killed, and the run throws. Default: 60 s. */
  limitMs?: number;
  input?: string;
  cwd?: string;
  /** Called with each piece of output as it comes. */
  onOutput?: (text: string) => void;
  /** Called once it runs, with its process id: for tests that send it a signal. */
  onStart?: (pid: number) => void;
}

/** Runs a program to its end, without a shell. Throws only where it cannot be started or exceeds its time. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const limitMs = options.limitMs ?? 60_000;
  const started = performance.now();
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
    detached: true,
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      options.onOutput?.(text);
    });
  }
  child.stdin.on('error', () => {}).end(options.input ?? '');
  child.once('spawn', () => options.onStart?.(child.pid as number));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      if (child.pid !== undefined) killGroup(child.pid);
      const seen = (output.stdout + output.stderr).slice(-4000);
      reject(new Error(`${program} did not end within ${limitMs} ms. Its output so far:\n${seen}`));
    }, limitMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const durationMs = Math.round(performance.now() - started);
      resolve({ code: code ?? undefined, signal: signal ?? undefined, ...output, durationMs });
    });
  });
}

/** Like {@link run}, and throws with the output where the exit code is not 0. */
export async function runOk(program: string, args: readonly string[], options?: RunOptions): Promise<RunResult> {
  const result = await run(program, args, options);
  if (result.code === 0) return result;
  const output = (result.stdout + result.stderr).slice(-4000);
  throw new Error(`${program} ended with ${result.code ?? result.signal}:\n${output}`);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // gone already
  }
}
