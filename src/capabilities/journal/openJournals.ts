import type { Endpoint } from '../../base/server.ts';
import { Journal } from './journal.ts';
import type { JournalStore, Listed } from './store.ts';

/** A journal, or why it is not to be used. */
export interface FoundJournal extends Omit<Listed, 'stored'> {
  readonly journal?: Journal;
}

/**
 * The open journals that concern one of these servers; a file that cannot be read concerns them too, and so does the whole
 * store if it is not trusted: somebody may have put journals there, or taken them away.
 */
export async function openJournals(store: JournalStore, servers: readonly Endpoint[]): Promise<FoundJournal[]> {
  const found = await store.list(servers);
  return found.map(({ stored, ...rest }) => (stored ? { ...rest, journal: new Journal(store, stored) } : rest));
}
