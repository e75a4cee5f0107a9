import { understood } from '../../adapters/mysql/dialect.ts';
import { marked } from '../../adapters/mysql/mark.ts';
import type { Session } from '../../adapters/mysql/session.ts';
import { accountSql, identifier, quote } from '../../base/account.ts';
import { messageOf } from '../../base/errors.ts';
import { list, object, oneOf, text } from '../../base/schema.ts';
import { byHand } from '../../base/text.ts';

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

/** Events from a journal. @throws Error if they have another form. */
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
    ...{ schema: String(row.schema), name: String(row.name), definer: String(row.definer) },
    status: String(row.status).replace('REPLICA_SIDE', 'SLAVESIDE') as ScheduledEvent['status'],
    ...{ charset: String(row.charset), collation: String(row.collation) },
  }));
}

/** The most attempts to alter an event. */
const ROUNDS = 5;

/**
 * Sets the status of these events and verifies it; ignores dropped ones. Returns a statement for each that has another
 * status, with the server's reason. ALTER EVENT without DEFINER makes this session's account the owner, and takes the
 * character set from the session: both are set as they were. An event that is just being started is altered again, because
 * the scheduler writes its old status together with the time (all seen on MariaDB 10.11).
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
  return left.map((event) => alterSql(event, status)).map((sql) => byHand(sql, reasons.get(sql)));
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
