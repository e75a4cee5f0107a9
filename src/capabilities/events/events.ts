import { understood } from '../../adapters/mysql/dialect.ts';
import { marked } from '../../adapters/mysql/mark.ts';
import type { Session } from '../../adapters/mysql/session.ts';
import { accountSql, identifier, quote } from '../../base/account.ts';
import { messageOf } from '../../base/errors.ts';
import { list, object, oneOf, text } from '../../base/schema.ts';

/** A scheduled event; `status` as information_schema.EVENTS names it. */
export interface ScheduledEvent {
  readonly schema: string;
  readonly name: string;
  /** `user@host`, as the server prints it. */
  readonly definer: string;
  readonly status: 'ENABLED' | 'DISABLED' | 'SLAVESIDE_DISABLED';
  readonly charset: string;
  readonly collation: string;
}

const name = text(255);

/** Events that a journal has kept. @throws Error if they are of another form. */
export function parseEvents(captured: unknown): ScheduledEvent[] {
  const status = oneOf(...(['ENABLED', 'DISABLED', 'SLAVESIDE_DISABLED'] as const));
  const event = { schema: name, name, definer: text(400), status, charset: name, collation: name };
  return list(object<ScheduledEvent>(event))(captured, 'events');
}

/** Every event of the server. */
export async function readEvents(session: Session): Promise<ScheduledEvent[]> {
  const rows = await session.rows(
    'SELECT EVENT_SCHEMA AS `schema`, EVENT_NAME AS name, DEFINER AS definer, STATUS AS status, ' +
      'CHARACTER_SET_CLIENT AS charset, COLLATION_CONNECTION AS collation FROM information_schema.EVENTS ORDER BY 1, 2',
  );
  return rows.map((row) => ({
    schema: String(row.schema),
    name: String(row.name),
    definer: String(row.definer),
    status: String(row.status).replace('REPLICA_SIDE', 'SLAVESIDE') as ScheduledEvent['status'],
    charset: String(row.charset),
    collation: String(row.collation),
  }));
}

/** How often an event is altered at most. */
const ROUNDS = 5;

/**
 * Sets the status of these events, known by name, and reads it back; one that has been dropped meanwhile is left out.
 * Returns a statement for each that is not as asked, with the server's reason. Without DEFINER the server would make this session's account the
 * owner, and it takes the event's character set from the session (both seen on MariaDB 10.11): both are given as they
 * were. An event that is just being started is altered again: the scheduler notes the time, and with it writes the
 * status that it had before (seen on MariaDB 10.11).
 */
export async function setEvents(
  session: Session,
  events: readonly ScheduledEvent[],
  status: ScheduledEvent['status'],
): Promise<string[]> {
  const wrong = async () => {
    const now = await readEvents(session);
    return now.filter((n) => n.status !== status && events.some((e) => sameEvent(n, e)));
  };
  const reasons = new Map<string, string>();
  let left = await wrong();
  for (let round = 0; round < ROUNDS && left.length > reasons.size; round += 1) {
    for (const event of left.filter((e) => !reasons.has(alterSql(e, status)))) {
      await alter(session, event, status).catch((error) => {
        if (!session.alive) throw error;
        reasons.set(alterSql(event, status), messageOf(error));
      });
    }
    left = await wrong();
  }
  return left.map((event) => {
    const sql = alterSql(event, status);
    return `${sql};${reasons.has(sql) ? `  -- ${reasons.get(sql)}` : ''}`;
  });
}

export function sameEvent(a: ScheduledEvent, b: ScheduledEvent): boolean {
  return a.schema === b.schema && a.name === b.name;
}

const WORDS = { ENABLED: 'ENABLE', DISABLED: 'DISABLE', SLAVESIDE_DISABLED: 'DISABLE ON SLAVE' } as const;

export function alterSql(
  event: ScheduledEvent,
  status: ScheduledEvent['status'],
  word: string = WORDS[status],
): string {
  const at = event.definer.lastIndexOf('@');
  const definer = { kind: 'user' as const, user: event.definer.slice(0, at), host: event.definer.slice(at + 1) };
  const name = `${identifier(event.schema)}.${identifier(event.name)}`;
  return `ALTER DEFINER = ${accountSql(definer)} EVENT ${name} ${word}`;
}

async function alter(session: Session, event: ScheduledEvent, status: ScheduledEvent['status']): Promise<void> {
  const words = status === 'SLAVESIDE_DISABLED' ? (await session.dialect()).eventOffHere : [WORDS[status]];
  const charset = `SET character_set_client = ${quote(event.charset)}, collation_connection = ${quote(event.collation)}`;
  try {
    await understood(words, (word) =>
      session.many([
        `SET @mha_helper_sql = ${quote(marked(alterSql(event, status, word)))}`,
        charset,
        'PREPARE mha_helper FROM @mha_helper_sql',
        'EXECUTE mha_helper',
      ]),
    );
  } finally {
    if (session.alive) await session.rows("SET NAMES 'utf8mb4' COLLATE 'utf8mb4_bin'");
  }
}
