import type { Session } from '../../adapters/mysql/session.ts';
import type { Target } from '../../base/server.ts';
import { readEvents, setEvents } from '../../capabilities/events/events.ts';
import { closeServer, readReadOnly, setReadOnly, verifyReadOnly } from '../../capabilities/readOnly.ts';
import { endSessions, readClients } from '../../capabilities/sessions/clients.ts';
import { pollUntil } from '../engine/waiting.ts';
import type { SwitchContext } from '../switch/context.ts';

export type Closing = Pick<SwitchContext, 'sessions' | 'settings' | 'rules' | 'clock' | 'log' | 'signal'>;

export interface Closed {
  /** Client sessions that were ended. */
  readonly sessions: number;
  readonly events: number;
  /** What is left to do by hand. */
  readonly left: readonly string[];
}

/**
 * Closes a server that takes writes although it is not the master, and reads that back: clients ended, read_only on,
 * super_read_only too if the settings ask for it, events off as on a replica. Nothing of that goes to its binlog. Clients are
 * ended first because one that holds a lock would hold up read_only, and again afterwards because some are back by then. As in
 * the drain of `stop`, never replication, the server's own threads, or sessions of MHA's account.
 * @throws ServerError if the server does not end up read_only.
 */
export async function closeRival(context: Closing, server: Target): Promise<Closed> {
  const session = await context.sessions.withoutBinlog(server);
  const ended = new Set<number>();
  await endClients(context, session, ended);
  await closeServer(session);
  await endClients(context, session, ended);
  const on = (await readEvents(session)).filter((event) => event.status === 'ENABLED');
  const left = await setEvents(session, on, 'SLAVESIDE_DISABLED');
  const { superReadOnly } = await readReadOnly(session);
  if (superReadOnly === false && context.settings.superReadOnly)
    await setReadOnly(session, { readOnly: true, superReadOnly: true });
  await gone(context, session, ended);
  const now = await readReadOnly(session);
  await verifyReadOnly(session, { ...now, readOnly: true });
  return { sessions: ended.size, events: on.length - left.length, left };
}

async function endClients({ rules }: Closing, session: Session, ended: Set<number>): Promise<void> {
  const clients = (await readClients(session, rules.mhaUsers)).filter(({ state }) => state !== 'ending');
  await endSessions(session, clients);
  for (const { id } of clients) ended.add(id);
}

/** Waits a moment until they are gone: a commit that was under way counts among the server's transactions then. */
async function gone(context: Closing, session: Session, ended: ReadonlySet<number>): Promise<void> {
  await pollUntil(context, { stepMs: 20, limitMs: 1000, what: 'the ended sessions to go' }, async () => {
    const left = (await readClients(session, context.rules.mhaUsers)).filter(({ id }) => ended.has(id));
    return left.length > 0 ? `${left.length} sessions` : undefined;
  });
}
