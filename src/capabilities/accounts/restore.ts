import { type Answer, inPackets } from '../../adapters/mysql/packets.ts';
import type { Session } from '../../adapters/mysql/session.ts';
import { missing } from './block.ts';
import type { Blocked } from './blocked.ts';

/**
 * Gives back on this server what blocked accounts lack, and nothing else; reads it back. Harmless when nothing is
 * missing, so it can be repeated. Returns the statements still to be run by hand, each with the server's reason.
 *
 * A GRANT waits behind another session's lock (on MySQL that of a table it names, too): no longer than some seconds, so
 * that everybody else is let in meanwhile, and then it is tried again.
 */
export async function restore(session: Session, blocked: readonly Blocked[]): Promise<string[]> {
  let due = await missing(session, blocked);
  try {
    for (let round = 1; due.length > 0; round += 1) {
      const { reasons, stuck } = await give(session, due);
      const left = await missing(session, blocked);
      const nothingMoves = left.length === due.length && round >= ROUNDS;
      if (left.length > 0 && (!stuck || nothingMoves)) return left.map((sql) => byHand(sql, reasons));
      due = left;
    }
    return [];
  } finally {
    if (session.alive) await session.rows('SET SESSION lock_wait_timeout = DEFAULT');
  }
}

/** How often all that is left is tried, where nothing moves. */
const ROUNDS = 3;
/** So many one after another, and it is a lock that nothing gets past. */
const ALL_STUCK = 5;
const ER_LOCK_WAIT_TIMEOUT = 1205;

/** Waits three seconds for a lock, which is told after two, and then a second for each statement alone. */
async function give(session: Session, statements: readonly string[]) {
  const reasons = new Map<string, string>();
  let [stuck, inARow] = [false, 0];
  const note = async (answer: Answer) => {
    const locked = 'failed' in answer && answer.failed.code === ER_LOCK_WAIT_TIMEOUT;
    if ('failed' in answer) reasons.set(answer.failed.sql, answer.failed.reason);
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
  return { reasons, stuck };
}

class AllStuck extends Error {}

function byHand(sql: string, reasons: ReadonlyMap<string, string>): string {
  return `${sql};${reasons.has(sql) ? `  -- ${reasons.get(sql)}` : ''}`;
}
