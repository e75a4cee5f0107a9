import { LOGGING_IN, SERVER_THREADS } from '../../adapters/mysql/dialect.ts';
import { inPackets } from '../../adapters/mysql/packets.ts';
import type { Row, Session } from '../../adapters/mysql/session.ts';

/** A client's session, as one look found it. Sessions that must never be ended are not looked at. */
export interface ClientSession {
  readonly id: number;
  readonly user: string;
  /** The client's host or address, without its port. */
  readonly host: string;
  /** `idle`: waiting for its client outside a transaction; `ending`: killed, perhaps still rolling back; `login`: not let in yet. */
  readonly state: 'idle' | 'busy' | 'ending' | 'login';
  /** What it is busy with: the same for two looks only while the same transaction or statement goes on. */
  readonly work: string;
  /** When what it runs was sent, in milliseconds of the server's, right to a few; where it runs anything, and the server tells. */
  readonly commandAt?: number;
  /** Whole seconds since that work began, where the server tells. */
  readonly seconds: number;
  /** Rows that its open transaction has changed, and a rollback has still to undo. */
  readonly changes: number;
  /** What it is busy with is a transaction, and not a statement outside one. */
  readonly inTransaction?: boolean;
}

/**
 * The clients' sessions: without this one, the server's own threads, binlog dumps, replication, and every session of
 * `exemptUsers`. Logins that are under way are among them if `logins` is asked for: whose they are is not known yet.
 *
 * Open transactions are read from SHOW ENGINE INNODB STATUS: information_schema.INNODB_TRX answers from a cache that
 * is renewed only after 0.1 s without a reader, so looking often would show the first answer for ever (seen on
 * MariaDB 10.11). It comes after the process list: a session that sleeps and then has no transaction is idle. If the
 * server has left out a part of its list, nobody is idle: any session may be one of a transaction that was left out.
 */
export async function look(
  session: Session,
  exemptUsers: readonly string[],
  { logins = false } = {},
): Promise<ClientSession[]> {
  const { processList } = await session.dialect();
  const [list = [], status = []] = await session.many([processList, 'SHOW ENGINE INNODB STATUS']);
  const text = String(status[0]?.Status ?? '');
  const transactions = openTransactions(text);
  const whole = isWhole(text);
  const own = list.find((row) => Number(row.id) === session.id);
  const tookMs = own && own.askedAt !== null ? Number(own.askedAt) - Number(own.commandAt) : 0;
  return list
    .filter((row) => isClient(row, session.id, exemptUsers) || (logins && row.user === LOGGING_IN))
    .map((row) => toSession(row, { transactions, whole, tookMs }));
}

/**
 * Whether a session is still at what it was at: the same transaction, the same statement, or another of the same CALL,
 * which may be many transactions long.
 */
export function isSameWork(before: Work, now: Work, withinMs = COMMAND_MS): boolean {
  if (before.work === now.work) return true;
  if (before.commandAt === undefined || now.commandAt === undefined) return false;
  return Math.abs(before.commandAt - now.commandAt) <= withinMs;
}

export type Work = Pick<ClientSession, 'work' | 'commandAt'>;

/** How far two looks at the beginning of one command may differ. */
const COMMAND_MS = 10;

/** Ends these sessions; one that has gone already is no error. */
export async function endSessions(session: Session, ids: readonly number[]): Promise<void> {
  await inPackets(
    session,
    ids.map((id) => `KILL CONNECTION ${Math.trunc(id)}`),
  );
}

const NEVER: ReadonlySet<string> = new Set(['Daemon', 'Slave_IO', 'Slave_SQL', 'Slave_worker']);

function isClient(row: Row, own: number, exemptUsers: readonly string[]): boolean {
  const command = String(row.command);
  const user = String(row.user);
  if (Number(row.id) === own || exemptUsers.includes(user)) return false;
  return !(command.startsWith('Binlog Dump') || NEVER.has(command) || SERVER_THREADS.includes(user));
}

interface Looked {
  readonly transactions: ReadonlyMap<number, Transaction>;
  /** All open transactions are among them. */
  readonly whole: boolean;
  /** From asking to the list. */
  readonly tookMs: number;
}

function toSession(row: Row, { transactions, whole, tookMs }: Looked): ClientSession {
  const id = Number(row.id);
  const transaction = transactions.get(id);
  const command = String(row.command);
  const user = String(row.user);
  const atRest = command === 'Sleep' && !transaction && whole;
  const state = command === 'Killed' ? 'ending' : user === LOGGING_IN ? 'login' : atRest ? 'idle' : 'busy';
  return {
    id,
    user,
    host: String(row.host ?? '').replace(/:\d+$/, ''),
    state,
    work: transaction ? `transaction ${transaction.id}` : `statement ${row.query}`,
    ...(command === 'Sleep' || row.commandAt === null ? {} : { commandAt: Number(row.commandAt) + tookMs }),
    seconds: transaction ? transaction.seconds : Number(row.seconds ?? 0),
    changes: transaction?.changes ?? 0,
    inTransaction: transaction !== undefined,
  };
}

interface Transaction {
  readonly id: string;
  readonly seconds: number;
  readonly changes: number;
}

/** False where InnoDB has cut its output: beyond 1 MiB it omits the beginning of the list of transactions, or its end. */
export function isWhole(status: string): boolean {
  return status === '' || (status.includes('END OF INNODB MONITOR OUTPUT') && !status.includes('... truncated...'));
}

/** The open transactions by connection id, from the text of SHOW ENGINE INNODB STATUS (MariaDB's and MySQL's). */
export function openTransactions(status: string): Map<number, Transaction> {
  const found = new Map<number, Transaction>();
  const start = status.indexOf('LIST OF TRANSACTIONS FOR EACH SESSION');
  for (const block of status.slice(Math.max(start, 0)).split('---TRANSACTION ').slice(1)) {
    const head = /^(\S+), ACTIVE(?: \(PREPARED\))? (\d+) sec/.exec(block);
    const thread = /(?:MariaDB|MySQL) thread id (\d+),/.exec(block);
    const changes = Number(/undo log entries (\d+)/.exec(block)?.[1] ?? 0);
    if (head && thread) found.set(Number(thread[1]), { id: head[1] ?? '', seconds: Number(head[2]), changes });
  }
  return found;
}
