import type { Session } from '../../adapters/mysql/session.ts';
import { identifier } from '../../base/account.ts';
import { ServerError } from '../../base/errors.ts';

/** A lock that REVOKE or `SET GLOBAL read_only` waits for. */
export interface HeldLock {
  /** For example `table app.orders, locked by LOCK TABLES ... WRITE`. */
  readonly what: string;
  /** The session that holds it; MariaDB does not report it. */
  readonly session?: number;
}

/**
 * The locks of idle sessions that would block REVOKE or read_only; changes nothing and does not wait. MySQL lists them. On
 * MariaDB each table in use is read without waiting, which only an exclusive lock prevents, and a grant table is read for
 * update, which FLUSH TABLES WITH READ LOCK prevents; a lock that is seen only once may belong to a running statement.
 */
export async function readHeldLocks(session: Session): Promise<HeldLock[]> {
  const { heldLocks, withoutWaiting } = await session.dialect();
  if (heldLocks) return (await session.rows(heldLocks)).map(toLock);
  if (!withoutWaiting) return [];
  const locks: HeldLock[] = [];
  if (await isHeld(session, withoutWaiting('SELECT 1 FROM mysql.db LIMIT 0 FOR UPDATE'))) locks.push({ what: GLOBAL });
  const inUse = await session.rows('SHOW OPEN TABLES WHERE In_use > 0');
  for (const { Database: schema, Table: table } of inUse.slice(0, MOST)) {
    const name = `${identifier(String(schema))}.${identifier(String(table))}`;
    if (await isHeld(session, withoutWaiting(`SELECT 1 FROM ${name} LIMIT 0`))) locks.push(tableLock(schema, table));
  }
  return locks;
}

/** Tables to try at most. */
const MOST = 50;
const GLOBAL = 'all tables, locked by FLUSH TABLES WITH READ LOCK or a lock on mysql.db';
const ER_LOCK_WAIT_TIMEOUT = 1205;

function tableLock(schema: unknown, table: unknown): HeldLock {
  return { what: `table ${schema}.${table}, locked by LOCK TABLES ... WRITE` };
}

function toLock(row: Record<string, unknown>): HeldLock {
  const what = {
    TABLE: () => tableLock(row.schema, row.name).what,
    GLOBAL: () => 'all tables, locked by FLUSH TABLES WITH READ LOCK',
  }[String(row.type)];
  return { what: what ? what() : 'accounts and tables, locked by LOCK INSTANCE FOR BACKUP', session: Number(row.id) };
}

/** False also if it may not be read or is gone. */
async function isHeld(session: Session, sql: string): Promise<boolean> {
  try {
    await session.rows(sql);
    return false;
  } catch (error) {
    if (error instanceof ServerError && error.code === ER_LOCK_WAIT_TIMEOUT) return true;
    if (!session.alive) throw error;
    return false;
  }
}
