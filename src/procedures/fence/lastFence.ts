import type { Endpoint } from '../../base/server.ts';
import { nameOf } from '../../base/server.ts';
import { readFenceNote } from '../../capabilities/fence/note.ts';
import type { JournalStore } from '../../capabilities/journal/store.ts';
import { fenceNotePath } from './context.ts';

/** How the fence of this server ended since then, in one sentence; undefined if there was none. */
export function lastFence(journals: JournalStore, server: Endpoint, since: Date): string | undefined {
  const note = readFenceNote(fenceNotePath({ journals, server }));
  if (!note || Date.parse(note.at) < since.getTime()) return undefined;
  const how = note.fenced ? 'was fenced' : 'was NOT FENCED and may still take writes';
  return `${nameOf(server)} ${how}: ${note.text}`;
}
