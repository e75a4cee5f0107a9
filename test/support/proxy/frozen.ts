import { readFileSync } from 'node:fs';
import type { RunResult } from '../../tools/lab/run.ts';
import { until } from '../../tools/lab/wait.ts';
import { runCommand } from '../commands.ts';
import type { Call, Place } from '../process/crash.ts';
import type { ProxiedLab } from './proxied.ts';

/** How a frozen run ended. */
export interface Thawed extends RunResult {
  /** False if the run never came to that place. */
  readonly met: boolean;
  /** What it printed once it went on. */
  readonly said: string;
}

/**
 * Runs the call and stops it with SIGSTOP there: `before`, the statement has left the process and reaches the server only
 * after `meanwhile`; `after`, the server has done it and the process does not know yet. `signal` is waiting for it when
 * it goes on.
 */
export async function frozenAt(
  proxied: ProxiedLab,
  call: Call,
  place: Place,
  meanwhile: () => Promise<void>,
  signal?: NodeJS.Signals,
): Promise<Thawed> {
  proxied.reset();
  let pid = 0;
  let output = '';
  let thawedAt: number | undefined;
  let failure: unknown;
  proxied.injectAtChange(place.index, place.when, async () => {
    process.kill(pid, 'SIGSTOP');
    try {
      await until(`process ${pid} being stopped`, 10_000, () => stateOf(pid) === 'T');
      await meanwhile();
    } catch (error) {
      failure = error;
    }
    thawedAt = output.length;
    if (signal) process.kill(pid, signal);
    process.kill(pid, 'SIGCONT');
  });
  const result = await runCommand(call.command, call.args, {
    limitMs: 120_000,
    env: { ...call.env },
    onStart: (started) => {
      pid = started;
    },
    onOutput: (text) => {
      output += text;
    },
  });
  proxied.reset();
  if (failure !== undefined) throw failure;
  return { ...result, met: thawedAt !== undefined, said: output.slice(thawedAt ?? output.length) };
}

/** Field 3 of /proc/PID/stat. */
function stateOf(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2)[0];
}
