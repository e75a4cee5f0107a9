import type { Session } from '../../../adapters/mysql/session.ts';
import { readStatus } from '../../../capabilities/variables.ts';

/** InnoDB and the binlog count a transaction each. */
const COUNTED = 2;

/**
 * How many transactions the server has rolled back since it began. No look at the sessions tells how many transactions
 * were lost: a busy client is idle between two of them, and has begun the next when it is ended (122 of 200, seen).
 */
export async function readRollbacks(session: Session): Promise<number> {
  return Math.ceil(Number((await readStatus(session, ['Handler_rollback'])).get('handler_rollback') ?? 0) / COUNTED);
}
