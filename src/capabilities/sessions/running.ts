import { OTHER_THREADS } from '../../adapters/mysql/processList.ts';
import type { Row, Session } from '../../adapters/mysql/session.ts';

/** A thread as SHOW PROCESSLIST lists it. */
export interface RunningThread {
  readonly id: number;
  readonly user: string;
  /** The client's host or address, without its port. */
  readonly host: string;
  readonly command: string;
  readonly seconds: number;
  readonly statement: string;
  /** What it is doing or waiting for, in the server's words. */
  readonly state?: string;
}

/** Every other session and thread of the server. */
export function readThreads(session: Session): Promise<RunningThread[]> {
  return read(session);
}

/** The other sessions of this session's own account. */
export function readOwnThreads(session: Session): Promise<RunningThread[]> {
  return read(session, ' AND USER = ?', session.server.user);
}

/** The session that holds the lock of this name (GET_LOCK); undefined if nobody does. */
export async function readLockHolder(session: Session, lock: string): Promise<RunningThread | undefined> {
  return (await read(session, ' AND ID = IS_USED_LOCK(?)', lock))[0];
}

async function read(session: Session, condition = '', ...values: string[]): Promise<RunningThread[]> {
  return (await session.rows(OTHER_THREADS + condition, values)).map(toThread);
}

function toThread(row: Row): RunningThread {
  return {
    id: Number(row.id),
    user: String(row.user),
    host: String(row.host ?? '').replace(/:\d+$/, ''),
    command: String(row.command),
    seconds: Number(row.seconds ?? 0),
    statement: String(row.statement ?? ''),
    state: String(row.state ?? ''),
  };
}

const NOBODY: ReadonlySet<string> = new Set(['system user', 'event_scheduler']);

/**
 * Whether MHA 0.58 takes the thread for one that works (DBHelper.pm, `get_threads_util`): nothing that waits, replicates or
 * dumps a binlog.
 */
export function isRunning({ command, user }: RunningThread): boolean {
  return !(command.startsWith('Binlog Dump') || ['Sleep', 'Connect'].includes(command) || NOBODY.has(user));
}

/** Whether MHA takes what it runs for an update: all but what begins with SELECT or SHOW. */
export function isUpdate(thread: RunningThread): boolean {
  return isRunning(thread) && !/^\s*(select|show)/i.test(thread.statement);
}
