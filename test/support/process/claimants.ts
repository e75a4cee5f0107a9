import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { until } from '../../tools/lab/wait.ts';

const source = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Makes the program `claimant` one file in this folder; returns its path. */
export async function buildClaimant(folder: string): Promise<string> {
  const file = join(folder, 'claimant.mjs');
  const bundle = await rolldown({ input: source('claimant.ts'), platform: 'node' });
  await bundle.write({ file, format: 'esm' });
  await bundle.close();
  return file;
}

/** A running `claimant`. */
export interface Claimant {
  readonly pid: number;
  readonly output: () => string;
  readonly ended: Promise<void>;
  /** Resolves once it has printed that. */
  readonly printed: (text: string) => Promise<unknown>;
  /** Resolves once it stands still before its nth change; false if it is done. */
  readonly halted: (nth: number) => Promise<boolean>;
  /** Ends it: in order, or by a signal. */
  readonly end: (signal?: NodeJS.Signals) => Promise<void>;
}

/** `halting`: it stops itself, as SIGSTOP does, before each change that it makes to the claim. */
export function claimant(program: string, journal: string, what: string, { halting = false } = {}): Claimant {
  const preload = halting ? [`--import=${source('stopAtCall.mjs')}`] : [];
  const child = spawn(process.execPath, [...preload, program, journal, what]);
  const pid = child.pid as number;
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    pid,
    ended,
    output: () => output,
    printed: (text) =>
      until(
        `the claimant printing ${text}`,
        30_000,
        () => output.includes(text),
        () => output,
      ),
    halted: (nth) =>
      until('the claimant standing still', 30_000, () => {
        if (/taken|refused/.test(output)) return 'done';
        return output.split('halt').length > nth && stateOf(pid) === 'T' && 'halted';
      }).then((state) => state === 'halted'),
    end: async (signal) => end(child, ended, signal),
  };
}

async function end(child: ChildProcess, ended: Promise<void>, signal?: NodeJS.Signals): Promise<void> {
  if (signal) child.kill(signal);
  else child.stdin?.end();
  await ended;
}

/** Field 3 of /proc/PID/stat. */
function stateOf(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2)[0];
}
