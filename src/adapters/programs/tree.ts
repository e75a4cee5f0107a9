import { readdirSync, readFileSync } from 'node:fs';
import { argumentsOf, isRunning, markOf, type ProcessMark, parentOf, sameProcess } from '../machine.ts';

/** A process below another one. */
export interface Below {
  readonly pid: number;
  readonly args: readonly string[];
}

/**
 * The processes that `pid` started, and those that these started, with their arguments. Costs some 20 µs if there is none,
 * so it may be called every millisecond. Empty if the process has ended.
 */
export function processesBelow(pid: number): Below[] {
  const all: Below[] = [];
  for (let level = childrenOf(pid); level.length > 0 && all.length < MOST; level = level.flatMap(childrenOf)) {
    all.push(...level.map((child) => ({ pid: child, args: argumentsOf(child) })));
  }
  return all;
}

/** MHA has a process for each replica; more than this is no work of a switch. */
const MOST = 1000;

/** From /proc/PID/task/TID/children; a kernel without CONFIG_PROC_CHILDREN has no such file, and all processes are searched. */
function childrenOf(pid: number): number[] {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    return tasks.flatMap((task) => numbersIn(readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ')));
  } catch {
    return hasChildrenFiles ? [] : numbersIn(readdirSync('/proc')).filter((one) => parentOf(one) === pid);
  }
}

const hasChildrenFiles = (() => {
  try {
    readFileSync(`/proc/${process.pid}/task/${process.pid}/children`);
    return true;
  } catch {
    return false;
  }
})();

function numbersIn(words: readonly string[]): number[] {
  return words.filter((word) => /^\d+$/.test(word)).map(Number);
}

/** A signal, and how long what it is sent to may take to end before the next one follows. */
export type Stage = readonly [signal: NodeJS.Signals, ms: number];

/**
 * Ends a process and all that it started. The first signal, `gently`, goes to the process alone, the others to everything
 * below it too. A process is known by its pid and its start time; one that has ended is never signalled. Resolves with those
 * that still run after the last stage.
 */
export async function endTree(root: ProcessMark, gently: Stage, stages: readonly Stage[]): Promise<ProcessMark[]> {
  const known: ProcessMark[] = [root];
  const left = (): ProcessMark[] => {
    const running = known.filter((one) => isRunning(one));
    for (const { pid } of running.flatMap((one) => processesBelow(one.pid))) {
      const below = markOf(pid);
      if (!known.some((one) => sameProcess(one, below))) known.push(below);
    }
    return known.filter((one) => isRunning(one));
  };
  left();
  for (const [i, [signal, ms]] of [gently, ...stages].entries()) {
    for (const one of i === 0 ? [root] : left()) signalTo(one, signal);
    const until = performance.now() + ms;
    while (left().length > 0 && performance.now() < until) await new Promise((next) => setTimeout(next, 10));
    if (left().length === 0) return [];
  }
  return left();
}

function signalTo(mark: ProcessMark, signal: NodeJS.Signals): void {
  if (!isRunning(mark)) return;
  try {
    process.kill(mark.pid, signal);
  } catch {
    // It has ended, or belongs to somebody else: whether it still runs is looked at afterwards.
  }
}
