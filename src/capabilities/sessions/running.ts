import { OTHER_THREADS } from '../../adapters/mysql/processList.ts';
import type { Row, Session } from '../../adapters/mysql/session.ts';

const NO_CLIENT: readonly string[] = ['system user', 'event_scheduler'];

/** A thread as SHOW PROCESSLIST lists it. */
export interface RunningThread {
  readonly id: number;
  readonly user: string;
  /** The client's host or address, without its port. */
  readonly host: string;
  readonly command: string;
  readonly seconds: number;
  readonly statement: string;
  /** What it does or waits for, in the server's words. */
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

/** Whether MHA 0.58 counts the thread as running (DBHelper.pm, `get_threads_util`). */
export function isRunning({ command, user }: RunningThread): boolean {
  return !(command.startsWith('Binlog Dump') || ['Sleep', 'Connect'].includes(command) || NO_CLIENT.includes(user));
}

/** Whether MHA counts it as an update: anything but SELECT and SHOW. */
export function isUpdate(thread: RunningThread): boolean {
  return isRunning(thread) && !/^\s*(select|show)/i.test(thread.statement);
}
