import type { Connection } from 'mysql2';
import { streamOf } from './login.ts';

/** Who counts what a connection receives: one stream listener for each connection, however many statements are running. */
const meters = new WeakMap<Connection, Set<(bytes: number) => void>>();

/** Calls `over` once more than `limit` bytes have arrived from now on; returns how to stop. For a logged-in connection. */
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
