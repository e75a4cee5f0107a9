import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks until the answer is neither `undefined` nor `false`, and gives it. After `limitMs` it throws, naming what was
 * waited for, the last error, and whatever `details` adds (the tail of a log, a state).
 */
export async function until<T>(
  what: string,
  limitMs: number,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  details: () => string | Promise<string> = () => '',
): Promise<T> {
  const end = performance.now() + limitMs;
  let last = '';
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      last = error instanceof Error ? error.message : String(error);
    }
    if (performance.now() > end) {
      throw new Error([`waited ${limitMs} ms in vain: ${what}`, last, await details()].filter(Boolean).join('\n'));
    }
    await sleep(10);
  }
}

/** Thrown by a question that no longer can be answered: ends the wait at once. */
export class Hopeless extends Error {}

/** The last lines of a file, or why there are none. */
export function tail(file: string, lines = 25): string {
  try {
    return `--- ${file}\n${readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n')}`;
  } catch (error) {
    return `--- ${file}: ${error instanceof Error ? error.message : error}`;
  }
}
