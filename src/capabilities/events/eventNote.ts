import { dirname } from 'node:path';
import { privateDirectory, replaceDurably } from '../../adapters/files/durable.ts';
import { readTrusted } from '../../adapters/files/trusted.ts';
import type { Session } from '../../adapters/mysql/session.ts';

/** An event as a server had it. `altered` replicates with it: the same value on two servers means the same version. */
interface NotedEvent {
  readonly schema: string;
  readonly name: string;
  readonly status: string;
  /** When it was created or last altered, in seconds since 1970. */
  readonly altered: number;
}

/** Every event of the server. `settled` omits those altered within this second: another change would not show. */
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

/** Records the master's events for a failover, since its replicas have all events disabled. Survives a crash. */
export function writeEventNote(path: string, events: readonly NotedEvent[]): void {
  privateDirectory(dirname(path));
  replaceDurably(path, JSON.stringify({ format: 1, events }));
}

/** What was recorded; undefined if there is no file, or it has another format or is not trusted. */
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

/** Whether an event of a promoted replica was enabled on its master; `unknown` if it was not recorded, or altered since. */
export function wasOn(noted: readonly NotedEvent[], here: NotedEvent): 'on' | 'off' | 'unknown' {
  const known = noted.find((event) => event.schema === here.schema && event.name === here.name);
  if (known?.altered !== here.altered) return 'unknown';
  return ({ ENABLED: 'on', DISABLED: 'off' } as const)[known.status] ?? 'unknown';
}
