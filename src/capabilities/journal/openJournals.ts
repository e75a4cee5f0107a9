import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { trustedFolder } from '../../adapters/files/trusted.ts';
import { messageOf } from '../../base/errors.ts';
import { type Endpoint, sameEndpoint } from '../../base/server.ts';
import { fileName, Journal, whyNot } from './journal.ts';

/** A journal, or why it is not to be used. */
export interface FoundJournal {
  readonly path: string;
  readonly journal?: Journal;
  readonly why?: string;
}

/**
 * The open journals of a directory that concern one of these servers; a file that cannot be read concerns them too, and
 * so does the whole directory if it is not trusted: somebody may have put journals there, or taken them away.
 */
export function openJournals(dir: string, servers: readonly Endpoint[]): FoundJournal[] {
  const names = namesIn(dir);
  if (!Array.isArray(names)) return [names];
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => read(join(dir, name)))
    .filter(({ path, journal }) => {
      const own = journal ? [journal.data.origMaster, journal.data.newMaster] : [];
      if (own.some((a) => servers.some((b) => sameEndpoint(a, b)))) return true;
      return !journal && servers.some((s) => basename(path) === `${fileName(s)}.json`);
    });
}

function namesIn(dir: string): string[] | FoundJournal {
  try {
    trustedFolder(dir);
    return readdirSync(dir);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    return { path: dir, why: whyNot(error) };
  }
}

function read(path: string): FoundJournal {
  try {
    return { path, journal: Journal.load(path) };
  } catch (error) {
    return { path, why: messageOf(error) };
  }
}
