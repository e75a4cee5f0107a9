import { inPackets } from '../../adapters/mysql/packets.ts';
import { LOGGING_IN, SERVER_THREADS } from '../../adapters/mysql/processList.ts';
import type { Row, Session } from '../../adapters/mysql/session.ts';

/** A client's session at one moment. */
export interface ClientSession {
  readonly id: number;
  readonly user: string;
  /** The client's host or address, without its port. */
  readonly host: string;
  /** `idle`: no transaction, waiting for its client; `ending`: killed, may be rolling back; `login`: not logged in yet. */
  readonly state: 'idle' | 'busy' | 'ending' | 'login';
  /** Identifies its current transaction or statement. */
  readonly work: string;
  /** Server time in ms at which the running command was sent, to a few ms. Missing if idle or not reported. */
  readonly commandAt?: number;
  /** Whole seconds since that work began; 0 if not reported. */
  readonly seconds: number;
  /** Rows changed by its open transaction, which a rollback must undo. */
  readonly changes: number;
  /** Its work is a transaction, not a statement outside one. */
  readonly inTransaction?: boolean;
}

/**
 * The clients' sessions: all but this one, the server's own threads, binlog dumps, replication, and the sessions of
 * `exemptUsers`, which must never be ended. `logins` adds clients that are logging in, whose user is not known yet.
 *
 * Open transactions are read from SHOW ENGINE INNODB STATUS, because information_schema.INNODB_TRX has a cache that is
 * renewed only after 0.1 s without a reader, so frequent readers always see the first answer (seen on MariaDB 10.11). It is
 * read after the process list: a session that sleeps and then has no transaction is idle. If the server has truncated the
 * status, no session counts as idle, since its transaction may be missing.
 */
export async function readClients(
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

/** True if it is the same transaction or statement, or the same CALL, which may span many transactions. */
export function isSameWork(before: Work, now: Work, withinMs = COMMAND_MS): boolean {
  if (before.work === now.work) return true;
  if (before.commandAt === undefined || now.commandAt === undefined) return false;
  return Math.abs(before.commandAt - now.commandAt) <= withinMs;
}

export type Work = Pick<ClientSession, 'work' | 'commandAt'>;

/** How much two readings of one `commandAt` may differ. */
const COMMAND_MS = 10;

/** Ends these sessions; ignores those that have gone. */
export async function endSessions(session: Session, ended: readonly { readonly id: number }[]): Promise<void> {
  const kills = ended.map(({ id }) => `KILL CONNECTION ${Math.trunc(id)}`);
  await inPackets(session, kills);
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
  /** True if `transactions` is complete. */
  readonly whole: boolean;
  /** Milliseconds that reading the process list took. */
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

/** False if InnoDB has truncated its output: beyond 1 MiB it omits the start or the end of the list of transactions. */
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
