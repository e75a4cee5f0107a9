import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import type { Account } from '../../tools/lab/accounts.ts';
import type { LabServer } from '../../tools/lab/server.ts';

/** A row that a server has acknowledged; times are `performance.now()`. */
interface Row {
  readonly server: number;
  readonly sent: number;
  readonly acknowledged: number;
}

/** Clients that write to several servers at the same time, each to its own, whatever the others do. */
export interface Writers {
  /** Rows acknowledged so far by that server. */
  count(server: number): number;
  /** Ends them, and reports. */
  stop(): Promise<WritersReport>;
}

export interface WritersReport {
  /** The longest time without an acknowledged row on any server, in ms. */
  readonly longestGapMs: number;
  /** What shows that two servers took writes at the same time, or in turn, in words. */
  readonly wrong: readonly string[];
}

/** Two clients for each server, with that account, which may insert into `app.orders`. */
export function startWriters(servers: readonly LabServer[], account: Account): Writers {
  const rows: Row[] = [];
  let going = true;
  const clients = servers.flatMap((server, index) =>
    [0, 1].map((client) => writeTo(server, { index, first: (index * 2 + client + 1) * 100_000_000, account })),
  );

  async function writeTo(server: LabServer, own: { index: number; first: number; account: Account }): Promise<void> {
    let session: Connection | undefined;
    for (let id = own.first; going; id += 1) {
      try {
        session ??= await connected(server, own.account);
        const sent = performance.now();
        await session.query({ sql: `INSERT INTO app.orders VALUES (${id}, 1, NULL)`, timeout: 1000 });
        rows.push({ server: own.index, sent, acknowledged: performance.now() });
        await sleep(2);
      } catch {
        session?.destroy();
        session = undefined;
        await sleep(10);
      }
    }
    session?.destroy();
  }

  return {
    count: (server) => rows.filter((row) => row.server === server).length,
    stop: async () => {
      going = false;
      const ended = performance.now();
      await Promise.race([Promise.all(clients), sleep(5000)]);
      return { longestGapMs: longestGap(rows, ended), wrong: overlaps(rows) };
    },
  };
}

async function connected(server: LabServer, { user, password }: Account): Promise<Connection> {
  const session = await server.connect(user, password, { connectTimeout: 1000 });
  session.on('error', () => {});
  return session;
}

function longestGap(rows: readonly Row[], ended: number): number {
  const times = rows.map((row) => row.acknowledged).sort((a, b) => a - b);
  return Math.max(0, ...times.map((time, i) => (times[i + 1] ?? ended) - time));
}

/** Once another server has taken a row, the one before it must take none any more. */
function overlaps(rows: readonly Row[]): string[] {
  const wrong = new Set<string>();
  const over = new Set<number>();
  let last: Row | undefined;
  for (const row of [...rows].sort((a, b) => a.acknowledged - b.acknowledged)) {
    if (last && row.server !== last.server) over.add(last.server);
    if (over.has(row.server)) wrong.add(`server ${row.server} took rows although server ${last?.server} had`);
    last = row;
  }
  return [...wrong];
}
