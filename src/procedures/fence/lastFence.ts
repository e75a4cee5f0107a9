import type { Endpoint } from '../../base/server.ts';
import { nameOf } from '../../base/server.ts';
import { readFenceNote } from '../../capabilities/fence/note.ts';
import type { JournalStore } from '../../capabilities/journal/store.ts';
import { fenceNotePath } from './context.ts';

/** MHA calls for the fence shortly before `start`: one of this failover is no older, in ms. */
export const FENCE_AGE_MS = 3_600_000;

/** True if a fence of this server succeeded since then. */
export function wasFenced(journals: JournalStore, server: Endpoint, since: Date): boolean {
  const note = readFenceNote(fenceNotePath({ journals, server }));
  return note?.fenced === true && Date.parse(note.at) >= since.getTime();
}

/** How the fence of this server ended since then, in one sentence; undefined if there was none. */
export function lastFence(journals: JournalStore, server: Endpoint, since: Date): string | undefined {
  const note = readFenceNote(fenceNotePath({ journals, server }));
  if (!note || Date.parse(note.at) < since.getTime()) return undefined;
  const how = note.fenced ? 'was fenced' : 'was NOT FENCED and may still take writes';
  return `${nameOf(server)} ${how}: ${note.text}`;
}
