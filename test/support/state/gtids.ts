import { setTimeout as sleep } from 'node:timers/promises';
import { isMysql } from '../../tools/lab/kind.ts';
import type { LabServer } from '../../tools/lab/server.ts';

/** Transactions that a server has executed, told apart from those of the zoo's event that runs every second. */
export interface Executed {
  /** How many of any server; those of the event, each of which is a row of app.ticks, are not counted. */
  readonly transactions: number;
  /** Whether some began at this server. Undefined where it takes writes: the event runs there, sooner or later. */
  readonly own: boolean | undefined;
}

/**
 * What gtid_executed says. A transaction that one of our commands left in a binlog, on whichever server, is one more.
 * Undefined on MariaDB.
 */
export async function executedOn(server: LabServer): Promise<Executed | undefined> {
  if (!isMysql) return undefined;
  const [found] = await server.admin("SHOW TABLES FROM app LIKE 'ticks'").catch(() => []);
  const { gtids, uuid, ticks, closed } = await steady(server, found ? '(SELECT COUNT(*) FROM app.ticks)' : '0');
  const sets = gtids.split(',').map((set) => set.trim());
  const all = sets.reduce((sum, set) => sum + count(set), 0);
  return { transactions: all - ticks, own: closed ? sets.some((set) => set.startsWith(uuid)) : undefined };
}

interface Reading {
  readonly gtids: string;
  readonly uuid: string;
  readonly ticks: number;
  readonly closed: boolean;
}

/** A commit shows its row a moment before gtid_executed has it: read until two readings are the same. */
async function steady(server: LabServer, ticks: string): Promise<Reading> {
  const variables = '@@GLOBAL.gtid_executed AS gtids, @@server_uuid AS uuid, @@GLOBAL.read_only AS closed';
  const sql = `SELECT ${variables}, ${ticks} AS ticks`;
  return server.inOneSession(async (ask) => {
    let last = '';
    for (;;) {
      const [row] = await ask(sql);
      if (JSON.stringify(row) === last) {
        const { gtids, uuid, ticks, closed } = row ?? {};
        return { gtids: String(gtids), uuid: String(uuid), ticks: Number(ticks), closed: Number(closed) === 1 };
      }
      last = JSON.stringify(row);
      await sleep(20);
    }
  });
}

/** Of one server's set: `uuid:1-5:7`, where a tag may stand before numbers. */
function count(set: string): number {
  const ranges = set.split(':').filter((part) => /^\d+(-\d+)?$/.test(part));
  return ranges.reduce((sum, range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return sum + to - from + 1;
  }, 0);
}
