import { nameOf, type Target } from '../../base/server.ts';
import type { OldMaster, Surplus } from '../../capabilities/journal/data.ts';
import { countTransactions } from '../../capabilities/replication/binlogEvents.ts';
import { lackedBy } from '../../capabilities/replication/gtids.ts';
import { readEnd } from '../../capabilities/replication/readStatus.ts';
import type { Sessions } from '../../cluster/sessions.ts';

/**
 * What `server` has and `master` lacks: by GTIDs; if the servers have none, from the position up to which the master had
 * executed its binlog. The server must take no writes any more. @throws Error that says why that cannot be determined.
 */
export async function surplusOf(
  sessions: Pick<Sessions, 'any'>,
  server: Target,
  master: Target,
  executed: OldMaster['executed'],
): Promise<Surplus> {
  const session = await sessions.any(server);
  const here = await readEnd(session);
  const there = await readEnd(await sessions.any(master));
  const lacking = lackedBy(there.gtid, here.gtid);
  if (lacking) return { transactions: lacking.transactions, exact: 'exact', which: lacking.gtids };
  if (!here.binlog || !executed)
    throw new Error(`${nameOf(server)} has no GTIDs, and up to which position they were replicated is not known`);
  const { transactions, whole } = await countTransactions(session, executed);
  const [from, to] = [executed, here.binlog].map(({ file, position }) => `${file}:${position}`);
  return { transactions, exact: whole ? 'at most' : 'at least', which: transactions === 0 ? '' : `${from} to ${to}` };
}
