import { readFileSync, renameSync, unlinkSync } from 'node:fs';
import { createDurably } from '../adapters/durable.ts';
import { isRunning, type ProcessMark, thisProcess } from '../adapters/machine.ts';
import { ConfigError, messageOf, Refused } from '../base/errors.ts';

/**
 * Makes this process the only one to recover a journal: of several that try, one wins. A claim whose process is dead is
 * taken over. Returns what gives it up.
 * @throws Refused where another process holds it.
 */
export function claim(journalPath: string): () => void {
  const path = `${journalPath}.claim`;
  for (let attempt = 0; attempt < 10; attempt += 1) {
    try {
      createDurably(path, JSON.stringify(thisProcess()));
      return () => unlinkSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new ConfigError(`cannot write ${path}: ${messageOf(error)}; nothing was changed. Mend it and run again`);
      }
    }
    const holder = readMark(path);
    if (holder && isRunning(holder) !== false) {
      throw new Refused([
        `process ${holder.pid} on ${holder.host} is at work on ${journalPath}; wait until it has ended`,
      ]);
    }
    removeStale(path, holder);
  }
  throw new Refused([`${path} is taken again and again; wait and try later`]);
}

function readMark(path: string): ProcessMark | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessMark;
  } catch {
    return undefined;
  }
}

/** Moves the dead claim away; if that was a new one instead, which somebody has just made, it is put back. */
function removeStale(path: string, stale: ProcessMark | undefined): void {
  const aside = `${path}.${thisProcess().pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = readMark(aside);
  if (moved && isRunning(moved) !== false && moved.started !== stale?.started) renameSync(aside, path);
  else unlinkSync(aside);
}
