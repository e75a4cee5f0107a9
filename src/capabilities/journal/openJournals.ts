import type { Endpoint } from '../../base/server.ts';
import { Journal } from './journal.ts';
import type { JournalStore, Listed } from './store.ts';

/** A journal, or why it cannot be used. */
export interface FoundJournal extends Omit<Listed, 'stored'> {
  readonly journal?: Journal;
}

/**
 * The open journals that concern one of these servers. So do unreadable files, and the whole store if it is not trusted:
 * somebody may have added or removed journals.
 */
export async function openJournals(store: JournalStore, servers: readonly Endpoint[]): Promise<FoundJournal[]> {
  const found = await store.list(servers);
  return found.map(({ stored, ...rest }) => (stored ? { ...rest, journal: new Journal(store, stored) } : rest));
}
