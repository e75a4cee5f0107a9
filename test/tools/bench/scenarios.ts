import { setTimeout as sleep } from 'node:timers/promises';
import { accounts } from '../lab/accounts.ts';
import type { LoadOptions } from '../lab/load/load.ts';
import type { LabServer } from '../lab/server.ts';

/** What the applications do while the master is moved. */
export interface Scenario {
  readonly name: string;
  readonly load: Partial<LoadOptions>;
  /** So many accounts besides. */
  readonly accounts?: number;
  /** Goes on beside the load; resolves with how many of its transactions were lost. */
  readonly aside?: (master: LabServer) => Promise<number>;
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'eight clients', load: {} },
  { name: '200 idle sessions', load: { idle: 200 } },
  { name: 'a transaction of 2 s', load: {}, aside: transactionsOfTwoSeconds },
  { name: '1,000 accounts', load: {}, accounts: 1_000 },
  { name: 'a connection a write', load: { reconnect: true } },
];

/** Transactions, with a pause between them, until the server refuses the next one; those begun must all be committed. */
async function transactionsOfTwoSeconds(master: LabServer): Promise<number> {
  const { user, password } = accounts.app;
  const session = await master.connect(user, password, { database: 'app' });
  session.on('error', () => {});
  let lost = 0;
  for (let n = 0; ; n += 1) {
    const began = await session
      .query(`INSERT INTO t VALUES (${n})`)
      .then(
        () => session.query('BEGIN').then(() => session.query(`INSERT INTO t VALUES (${-n})`)),
        () => undefined,
      )
      .catch(() => undefined);
    if (!began) break;
    await sleep(2_000);
    await session.query('COMMIT').catch(() => {
      lost += 1;
    });
    await sleep(500);
  }
  session.destroy();
  return lost;
}
