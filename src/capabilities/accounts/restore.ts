import { type FailedStatement, inPackets } from '../../adapters/mysql/packets.ts';
import type { Session } from '../../adapters/mysql/session.ts';
import { missing } from './block.ts';
import type { Blocked } from './blocked.ts';

/**
 * Gives back on this server what blocked accounts lack, and nothing else; reads it back. Harmless when nothing is
 * missing, so it can be repeated. Returns the statements still to be run by hand, each with the server's reason.
 *
 * A GRANT waits behind another session's lock (on MySQL that of a table it names, too): no longer than a second, so
 * that everybody else is let in meanwhile, and then it is tried again.
 */
export async function restore(session: Session, blocked: readonly Blocked[]): Promise<string[]> {
  let due = await missing(session, blocked);
  if (due.length === 0) return [];
  await session.rows('SET SESSION lock_wait_timeout = 1');
  try {
    for (let round = 1; ; round += 1) {
      const { reasons, stuck } = await give(session, due);
      const left = await missing(session, blocked);
      if (left.length === 0) return [];
      if (!stuck || (left.length === due.length && round >= ROUNDS)) return left.map((sql) => byHand(sql, reasons));
      due = left;
    }
  } finally {
    if (session.alive) await session.rows('SET SESSION lock_wait_timeout = DEFAULT');
  }
}

/** How often all that is left is tried, where nothing moves. */
const ROUNDS = 3;
/** So many one after another, and it is a lock that nothing gets past. */
const ALL_STUCK = 5;
const ER_LOCK_WAIT_TIMEOUT = 1205;

async function give(session: Session, statements: readonly string[]) {
  const reasons = new Map<string, string>();
  let stuck = 0;
  const note = ({ sql, code, reason }: FailedStatement) => {
    reasons.set(sql, reason);
    if (code !== ER_LOCK_WAIT_TIMEOUT) return;
    stuck += 1;
    if (stuck === ALL_STUCK) throw new AllStuck();
  };
  await inPackets(session, statements, note).catch((error) => {
    if (!(error instanceof AllStuck)) throw error;
  });
  return { reasons, stuck: stuck > 0 };
}

class AllStuck extends Error {}

function byHand(sql: string, reasons: ReadonlyMap<string, string>): string {
  return `${sql};${reasons.has(sql) ? `  -- ${reasons.get(sql)}` : ''}`;
}
