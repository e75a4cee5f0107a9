import { dirname } from 'node:path';
import { privateDirectory, replaceDurably } from '../../adapters/files/durable.ts';
import { readTrusted } from '../../adapters/files/trusted.ts';
import type { Session } from '../../adapters/mysql/session.ts';

/** An event as a server had it. `altered` replicates with it: the same value on two servers means the same version. */
export interface NotedEvent {
  readonly schema: string;
  readonly name: string;
  readonly status: string;
  /** When it was created or last altered, in seconds since 1970. */
  readonly altered: number;
}

/**
 * Every event of the server; with `settled` those alone that nobody altered within this second, since one more change
 * within it would not show in `altered`.
 */
export async function readNotable(session: Session, { settled = false } = {}): Promise<NotedEvent[]> {
  const rows = await session.rows(
    'SELECT EVENT_SCHEMA AS `schema`, EVENT_NAME AS name, STATUS AS status, ' +
      'UNIX_TIMESTAMP(LAST_ALTERED) AS altered FROM information_schema.EVENTS ' +
      `${settled ? 'WHERE LAST_ALTERED < NOW() ' : ''}ORDER BY 1, 2`,
  );
  return rows.map(({ schema, name, status, altered }) => ({
    ...{ schema: String(schema), name: String(name), status: String(status) },
    altered: Number(altered),
  }));
}

/** Notes for a later failover what a living master has: its replicas know all events as off. Survives a crash. */
export function writeEventNote(path: string, events: readonly NotedEvent[]): void {
  privateDirectory(dirname(path));
  replaceDurably(path, JSON.stringify({ format: 1, events }));
}

/** What was noted; undefined if there is no note, none of this format, or one that others may have written. */
export function readEventNote(path: string): readonly NotedEvent[] | undefined {
  try {
    const { format, events } = JSON.parse(readTrusted(path));
    return format === 1 && Array.isArray(events) && events.every(isNoted) ? events : undefined;
  } catch {
    return undefined;
  }
}

function isNoted(event: unknown): event is NotedEvent {
  const { schema, name, status, altered } = (event ?? {}) as Partial<Record<string, unknown>>;
  return [schema, name, status].every((text) => typeof text === 'string') && typeof altered === 'number';
}

/** Whether an event of a promoted replica was on at its master; `unknown` if it was not noted, or altered since. Pure. */
export function wasOn(noted: readonly NotedEvent[], here: NotedEvent): 'on' | 'off' | 'unknown' {
  const known = noted.find((event) => event.schema === here.schema && event.name === here.name);
  if (known?.altered !== here.altered) return 'unknown';
  return ({ ENABLED: 'on', DISABLED: 'off' } as const)[known.status] ?? 'unknown';
}
