import { type Answer, type FailedStatement, inPackets } from '../../../adapters/mysql/packets.ts';
import type { Session } from '../../../adapters/mysql/session.ts';
import { byHand } from '../../../base/text.ts';
import { regrantStatements } from '../grants/statements.ts';
import { missing } from './block.ts';
import type { Blocked } from './blocked.ts';
import { giveAll, haveMuchInCommon } from './together.ts';

export interface NotGiven {
  /** Statements to be run by hand, each with the server's reason. */
  readonly left: readonly string[];
  /** In words: what can no longer be given because its table, routine, account or role is gone. */
  readonly gone: readonly string[];
}

/**
 * Gives back on this server what blocked accounts lack, nothing else, and verifies that. Can be repeated.
 *
 * A GRANT may wait for another session's lock (on MySQL also that of its table): only a few seconds, so that the other
 * accounts get their privileges, and is then tried again. `owed` receives what is not given yet, before each attempt.
 */
export async function restore(
  session: Session,
  blocked: readonly Blocked[],
  owed: (statements: readonly string[]) => void = () => {},
): Promise<NotGiven> {
  try {
    let due = haveMuchInCommon(blocked)
      ? await restoreTogether(session, blocked, owed)
      : await missing(session, blocked);
    for (let round = 1; due.length > 0; round += 1) {
      owed(due);
      const { failed, stuck } = await give(session, (note) => inPackets(session, due, note));
      const left = await missing(session, blocked);
      const nothingMoves = left.length === due.length && round >= ROUNDS;
      if (left.length > 0 && (!stuck || nothingMoves)) return notGiven(left, failed);
      due = left;
    }
    return { left: [], gone: [] };
  } finally {
    // The initial value of every session here; DEFAULT would be the server's global value.
    if (session.alive) await session.rows('SET SESSION lock_wait_timeout = 86400');
  }
}

/**
 * Without looking first: what an account has already is given to it again. Not default roles, since to set them takes away what
 * somebody added. Returns what is missing then.
 */
async function restoreTogether(
  session: Session,
  blocked: readonly Blocked[],
  owed: (statements: readonly string[]) => void,
): Promise<string[]> {
  owed(blocked.flatMap(regrantStatements));
  const added = blocked.map((b) => ({ ...b, grants: b.grants.filter(({ kind }) => kind !== 'default roles') }));
  await give(session, (note) => giveAll(session, added, note));
  return missing(session, blocked);
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

/** The most attempts without progress. */
const ROUNDS = 3;
/** After so many timeouts in a row all statements are waiting for the same lock. */
const ALL_STUCK = 5;
const ER_LOCK_WAIT_TIMEOUT = 1205;

/** Waits three seconds for a lock (a slow statement is reported after two), then one second for each statement alone. */
async function give(session: Session, send: (note: (answer: Answer) => Promise<void>) => Promise<unknown>) {
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
  await send(note).catch((error) => {
    if (!(error instanceof AllStuck)) throw error;
  });
  return { failed, stuck };
}

class AllStuck extends Error {}
