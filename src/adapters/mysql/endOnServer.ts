import type { Connection } from 'mysql2';
import { ServerError } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import { type DriverError, serverError } from './failure.ts';
import { login } from './login.ts';
import { marked } from './mark.ts';
import type { Tls } from './options.ts';
import { ownerOf } from './processList.ts';
import type { Row } from './session.ts';

/** For connecting, KILL, and waiting until the connection is gone. */
const LIMIT_MS = 5000;
const ER_NO_SUCH_THREAD = 1094;

/**
 * Ends one of the account's own connections on the server, and waits until it has left the process list: then its statement
 * can no longer take effect. Uses one connection with its own deadline.
 * @throws ServerError if it may still be there.
 */
export async function endOnServer(target: Target, tls: Tls | undefined, id: number): Promise<void> {
  const over = AbortSignal.timeout(LIMIT_MS);
  const killer = await login(target, { connectMs: 3000, signal: over }, tls).catch((error: unknown) => {
    throw over.aborted ? late(target) : error;
  });
  try {
    const ask = (sql: string) => answer(target, killer, sql, over);
    await ask('SET SESSION sql_select_limit = 18446744073709551615');
    const owner = await userOf(ask, id);
    if (owner === undefined) return;
    if (owner !== target.user) throw another(target, id, owner);
    await ask(`KILL ${id}`).catch(ignoreUnknownThread);
    while ((await userOf(ask, id)) !== undefined) await new Promise((resolve) => setTimeout(resolve, 50));
    killer.end();
  } finally {
    setTimeout(() => killer.destroy(), 200).unref();
  }
}

type Ask = (sql: string) => Promise<Row[]>;

async function userOf(ask: Ask, id: number): Promise<string | undefined> {
  const [row] = await ask(ownerOf(id));
  return row && String(row.user);
}

/** Behind a load balancer the same id may belong to somebody else's connection to another server. */
function another(target: Target, id: number, owner: string): ServerError {
  const what = `connection ${id} is ${owner}'s: is there more than one server behind this address?`;
  return new ServerError({ server: nameOf(target), what });
}

function answer(target: Target, raw: Connection, sql: string, over: AbortSignal): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(late(target));
    if (over.aborted) return abort();
    over.addEventListener('abort', abort, { once: true });
    raw.query(marked(sql), (error: DriverError | null, rows: unknown) => {
      over.removeEventListener('abort', abort);
      if (error) reject(serverError(target, `${sql} failed`, error));
      else resolve(Array.isArray(rows) ? (rows as Row[]) : []);
    });
  });
}

function late(target: Target): ServerError {
  const what = `KILL did not succeed within ${LIMIT_MS / 1000} s`;
  return new ServerError({ server: nameOf(target), what, code: 'DEADLINE' });
}

function ignoreUnknownThread(error: unknown): Row[] {
  if (error instanceof ServerError && error.code === ER_NO_SUCH_THREAD) return [];
  throw error;
}
