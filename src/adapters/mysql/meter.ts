import type { Connection } from 'mysql2';
import { streamOf } from './login.ts';

/** What listens to how much a connection receives. One listener a connection, however many statements are under way. */
const meters = new WeakMap<Connection, Set<(bytes: number) => void>>();

/** Calls `over` once more than `limit` bytes have come since now; returns how to end that. For a connection that is logged in. */
export function watchBytes(raw: Connection, limit: number, over: () => void): () => void {
  const watchers = meters.get(raw) ?? install(raw);
  let seen = 0;
  const count = (bytes: number) => {
    seen += bytes;
    if (seen > limit) over();
  };
  watchers.add(count);
  return () => void watchers.delete(count);
}

function install(raw: Connection): Set<(bytes: number) => void> {
  const watchers = new Set<(bytes: number) => void>();
  meters.set(raw, watchers);
  streamOf(raw).on('data', (chunk: Buffer) => {
    for (const count of [...watchers]) count(chunk.length);
  });
  return watchers;
}
