import type { Endpoint } from '../../base/server.ts';
import { Journal } from './journal.ts';
import type { JournalStore } from './store.ts';

/** A journal, or why it is not to be used. */
export interface FoundJournal {
  readonly path: string;
  readonly journal?: Journal;
  readonly why?: string;
}

/**
 * The open journals that concern one of these servers; a file that cannot be read concerns them too, and so does the whole
 * store if it is not trusted: somebody may have put journals there, or taken them away.
 */
export async function openJournals(store: JournalStore, servers: readonly Endpoint[]): Promise<FoundJournal[]> {
  const found = await store.list(servers);
  return found.map(({ path, stored, why = '' }) =>
    stored ? { path, journal: new Journal(store, stored) } : { path, why },
  );
}
