import { type Answer, type FailedStatement, inPackets } from '../../../adapters/mysql/packets.ts';
import type { Session } from '../../../adapters/mysql/session.ts';
import { missing } from './block.ts';
import type { Blocked } from './blocked.ts';

/** What {@link restore} could not give. */
export interface NotGiven {
  /** Statements still to be run by hand, each with the server's reason. */
  readonly left: readonly string[];
  /** What can be given no more: the table, routine, account or role that the right was on is gone. In words. */
  readonly gone: readonly string[];
}

/**
 * Gives back on this server what blocked accounts lack, and nothing else; reads it back. Harmless when nothing is
 * missing, so it can be repeated.
 *
 * A GRANT waits behind another session's lock (on MySQL that of a table it names, too): no longer than some seconds, so
 * that everybody else is let in meanwhile, and then it is tried again. `owed` hears what is not given yet, each time that
 * it is read: what is left if this breaks off.
 */
export async function restore(
  session: Session,
  blocked: readonly Blocked[],
  owed: (statements: readonly string[]) => void = () => {},
): Promise<NotGiven> {
  let due = await missing(session, blocked);
  try {
    for (let round = 1; due.length > 0; round += 1) {
      owed(due);
      const { failed, stuck } = await give(session, due);
      const left = await missing(session, blocked);
      const nothingMoves = left.length === due.length && round >= ROUNDS;
      if (left.length > 0 && (!stuck || nothingMoves)) return notGiven(left, failed);
      due = left;
    }
    return { left: [], gone: [] };
  } finally {
    // As every session here begins; DEFAULT would be the server's global value.
    if (session.alive) await session.rows('SET SESSION lock_wait_timeout = 86400');
  }
}

/** No such column, table, routine, account, account, role (MariaDB), account or role (MySQL). */
const GONE: ReadonlySet<number | string | undefined> = new Set([1054, 1146, 1305, 1133, 1410, 1959, 3523]);

function notGiven(left: readonly string[], failed: ReadonlyMap<string, FailedStatement>): NotGiven {
  const isGone = (sql: string) => GONE.has(failed.get(sql)?.code);
  return {
    left: left.filter((sql) => !isGone(sql)).map((sql) => byHand(sql, failed.get(sql)?.reason)),
    gone: left.filter(isGone).map((sql) => `cannot be given back any more: ${byHand(sql, failed.get(sql)?.reason)}`),
  };
}

/** How often all that is left is tried, where nothing moves. */
const ROUNDS = 3;
/** So many one after another, and it is a lock that nothing gets past. */
const ALL_STUCK = 5;
const ER_LOCK_WAIT_TIMEOUT = 1205;

/** Waits three seconds for a lock, which is told after two, and then a second for each statement alone. */
async function give(session: Session, statements: readonly string[]) {
  const failed = new Map<string, FailedStatement>();
  let [stuck, inARow] = [false, 0];
  const note = async (answer: Answer) => {
    const locked = 'failed' in answer && answer.failed.code === ER_LOCK_WAIT_TIMEOUT;
    if ('failed' in answer) failed.set(answer.failed.sql, answer.failed);
    inARow = locked ? inARow + 1 : 0;
    if (!locked) return;
    if (!stuck) await session.rows('SET SESSION lock_wait_timeout = 1');
    stuck = true;
    if (inARow === ALL_STUCK) throw new AllStuck();
  };
  await session.rows('SET SESSION lock_wait_timeout = 3');
  await inPackets(session, statements, note).catch((error) => {
    if (!(error instanceof AllStuck)) throw error;
  });
  return { failed, stuck };
}

class AllStuck extends Error {}

function byHand(sql: string, reason: string | undefined): string {
  return `${sql};${reason === undefined ? '' : `  -- ${reason}`}`;
}
