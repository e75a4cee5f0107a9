import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { type RunResult, run } from '../../tools/lab/run.ts';
import type { ProxiedLab } from './proxied.ts';

/** What happens to a command at the nth statement of all that it sends. */
export const faults = fc.record({
  place: fc.nat(60),
  when: fc.constantFrom('before' as const, 'after' as const),
  kind: fc.constantFrom('kill', 'drop', 'lose', 'error', 'SIGINT', 'SIGTERM'),
});
export type Fault = typeof faults extends fc.Arbitrary<infer T> ? T : never;

/** Runs a command line to its end, with the fault if there is one. */
export async function runMeeting(
  proxied: ProxiedLab,
  words: readonly string[],
  fault: Fault | undefined,
): Promise<RunResult> {
  proxied.reset();
  let pid = 0;
  if (fault) {
    const { place, when, kind } = fault;
    const signal = async () => {
      process.kill(innermost(pid), kind === 'kill' ? 'SIGKILL' : (kind as NodeJS.Signals));
      await sleep(20);
    };
    const fates = {
      drop: 'drop',
      lose: when === 'before' ? 'lose' : 'drop',
      error: { error: 'made to fail' },
    } as const;
    const fate = kind in fates ? fates[kind as keyof typeof fates] : signal;
    proxied.inject({ when, match: ({ ordinal }) => ordinal === place, fate });
  }
  const onStart = (started: number) => {
    pid = started;
  };
  const [program = '', ...args] = words;
  const result = await run(program, args, { onStart, limitMs: 110_000 });
  proxied.reset();
  return result;
}

/** The process that everything in front of it has started. */
function innermost(pid: number): number {
  const child = readdirSync('/proc').find((name) => /^\d+$/.test(name) && parentOf(name) === pid);
  return child === undefined ? pid : innermost(Number(child));
}

/** Field 4 of /proc/PID/stat. */
function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
