import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { until } from './wait.ts';

/** A process of the lab that lives until it is ended, and never longer than the process that started it. */
export interface Daemon {
  readonly pid: number;
  running(): boolean;
  /** Asks it to end, and kills it when it has not within the limit. Resolves once it is gone. */
  end(limitMs?: number): Promise<void>;
  /** kill -9. Resolves once it is gone. */
  kill(): Promise<void>;
}

const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/**
 * Starts a program, its output going to `log`. The kernel kills it when this process dies in any way: setpriv sets that
 * (`--pdeathsig`) and then becomes the program, so the pid is the program's own. `within`: a command that does the same
 * on another host.
 */
export async function startDaemon(
  program: string,
  args: readonly string[],
  log: string,
  within: readonly string[] = [],
): Promise<Daemon> {
  const output = openSync(log, 'a');
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...within, findProgram(program), ...args], {
    stdio: ['ignore', output, output],
    detached: true,
  });
  living.add(child);
  child.once('exit', () => living.delete(child));
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  closeSync(output);
  const running = () => child.exitCode === null && child.signalCode === null;
  const signal = async (name: NodeJS.Signals, limitMs: number) => {
    if (running()) child.kill(name);
    await until(`the end of ${program} (pid ${child.pid}) after ${name}`, limitMs, () => !running());
  };
  const kill = () => signal('SIGKILL', 10_000);
  return { pid: child.pid as number, running, kill, end: (limitMs = 15_000) => signal('SIGTERM', limitMs).catch(kill) };
}

/** The full path of a program, looked for in PATH and in the system folders an ordinary user's PATH leaves out. */
export function findProgram(program: string): string {
  if (isAbsolute(program)) return program;
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  const found = folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${program} is not installed (looked in ${folders.join(', ')})`);
  return found;
}
