import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { privateDirectory } from '../../../adapters/files/durable.ts';
import { ConfigError, messageOf } from '../../../base/errors.ts';
import { type Holding, othersAtWork, readHolding } from './holding.ts';

/** False if there is one already. A claim need not survive a crash of the machine, since no holder does. */
export function create(path: string, own: Holding): boolean {
  const temporary = `${path}.${own.id}`;
  try {
    privateDirectory(dirname(path));
    try {
      writeFileSync(temporary, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
      linkSync(temporary, path);
      return true;
    } finally {
      // On a full disk it exists too, but empty.
      rmSync(temporary, { force: true });
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    const way = error instanceof ConfigError ? ', or name another folder as journal_dir,' : '';
    throw new ConfigError(`cannot write ${path}: ${messageOf(error)}. Nothing was changed; fix it${way} and run again`);
  }
}

/** For the holder. If the write fails the old claim stays, which is free as soon as the process that it names has ended. */
export function replace(path: string, own: Holding): void {
  const temporary = `${path}.${own.id}.new`;
  try {
    writeFileSync(temporary, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
    renameSync(temporary, path);
  } catch {
    rmSync(temporary, { force: true });
  }
}

/**
 * Replaces an abandoned claim by one's own. Of several processes one wins, wherever each of them pauses: only the first to
 * create the heir file of a claim may replace it, after checking again that it is still there. An heir that ended before
 * that has an heir of its own, the next in number.
 */
export function inherit(path: string, left: Holding, own: Holding, deadHosts: readonly string[]): Inherited {
  for (let number = 1; number <= HEIRS; number += 1) {
    const heir = `${path}.heir${number}.${left.id}`;
    if (create(heir, own)) return replaceAsHeir(path, left, own, number);
    const other = readHolding(heir);
    if (!other) return 'gone';
    if (othersAtWork(other, deadHosts).length > 0) return other;
  }
  return 'gone';
}

/** `gone`: the claim has disappeared, try again. A holding: of whoever is about to replace it. */
type Inherited = 'own' | 'gone' | Holding;

const HEIRS = 20;

function replaceAsHeir(path: string, left: Holding, own: Holding, number: number): 'own' | 'gone' {
  const isThere = readHolding(path)?.id === left.id;
  if (isThere) replace(path, own);
  const isOwn = isThere && readHolding(path)?.id === own.id;
  // The heir file that others may still look for is removed last.
  for (let n = number; n >= (isOwn ? 1 : number); n -= 1) rmSync(`${path}.heir${n}.${left.id}`, { force: true });
  return isOwn ? 'own' : 'gone';
}
