import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Endpoint, sameEndpoint } from '../../base/server.ts';
import { fileName, Journal } from './journal.ts';

/** The open journals of a directory that concern one of these servers; a file that cannot be read concerns them too. */
export function openJournals(dir: string, servers: readonly Endpoint[]): { path: string; journal?: Journal }[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((name) => name.endsWith('.json'))
    .map((name) => read(join(dir, name)))
    .filter(({ path, journal }) => {
      const own = journal ? [journal.data.origMaster, journal.data.newMaster] : [];
      if (own.some((a) => servers.some((b) => sameEndpoint(a, b)))) return true;
      return !journal && servers.some((s) => basename(path) === `${fileName(s)}.json`);
    });
}

/** How many grants undoing this switch would give back, at most. */
export function grantsIn(journal: Journal): number {
  const lists = journal.data.steps.map(
    (s) => (s.captured as { blocked?: { grants: unknown[] }[] } | null)?.blocked ?? [],
  );
  return lists
    .filter(Array.isArray)
    .flatMap((list) => list.map((b) => b.grants.length + 1))
    .reduce((a, b) => a + b, 0);
}

function read(path: string): { path: string; journal?: Journal } {
  try {
    return { path, journal: Journal.load(path) };
  } catch {
    return { path };
  }
}
