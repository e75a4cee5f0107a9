import type { Endpoint } from '../../base/server.ts';
import { Journal } from './journal.ts';
import type { JournalStore } from './store.ts';

/** A journal, or why it cannot be used. */
export interface FoundJournal {
  readonly path: string;
  readonly journal?: Journal;
  readonly why?: string;
}

/**
 * The open journals that concern one of these servers. So do unreadable files, and the whole store if it is not trusted:
 * somebody may have added or removed journals.
 */
export async function openJournals(store: JournalStore, servers: readonly Endpoint[]): Promise<FoundJournal[]> {
  const found = await store.list(servers);
  return found.map(({ path, stored, why = '' }) =>
    stored ? { path, journal: new Journal(store, stored) } : { path, why },
  );
}
