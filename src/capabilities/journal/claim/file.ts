import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { privateDirectory } from '../../../adapters/files/durable.ts';
import { ConfigError, messageOf } from '../../../base/errors.ts';
import { type Holding, othersAtWork, readHolding } from './holding.ts';

/** False if there is one already. A claim need not survive a crash of the machine: no holder does. */
export function create(path: string, own: Holding): boolean {
  const temporary = `${path}.${own.id}`;
  try {
    privateDirectory(dirname(path));
    try {
      writeFileSync(temporary, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
      linkSync(temporary, path);
      return true;
    } finally {
      // On a full disk it is there too, and empty.
      rmSync(temporary, { force: true });
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    const way = error instanceof ConfigError ? ', or name another folder as journal_dir,' : '';
    throw new ConfigError(
      `cannot write ${path}: ${messageOf(error)}. Nothing was changed; mend it${way} and run again`,
    );
  }
}

/** For the holder. If it cannot be written the old one stays: it names a process, and is free as soon as that has ended. */
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
 * Puts one's own claim in the place of one that is nobody's any more; true if it is there then. Of many that try one wins,
 * wherever each of them stands still: only who was first to make the file of its heir may replace a claim, and looks
 * once more whether it is still there. An heir that ended before it did so has an heir of its own, the next in number.
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

/** `gone`: it is there no more, look again. A holding: of who is about to replace it. */
type Inherited = 'own' | 'gone' | Holding;

const HEIRS = 20;

function replaceAsHeir(path: string, left: Holding, own: Holding, number: number): 'own' | 'gone' {
  const isThere = readHolding(path)?.id === left.id;
  if (isThere) replace(path, own);
  const isOwn = isThere && readHolding(path)?.id === own.id;
  // The file of an heir that others may still look for goes last.
  for (let n = number; n >= (isOwn ? 1 : number); n -= 1) rmSync(`${path}.heir${n}.${left.id}`, { force: true });
  return isOwn ? 'own' : 'gone';
}
