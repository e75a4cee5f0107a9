import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replication } from '../../../src/procedures/check/servers/replication/replication.ts';
import { transactions } from '../../../src/procedures/check/servers/transactions.ts';
import { bad, look, useCheckedLab } from '../../support/checking.ts';
import { rootSession } from '../../support/state/state.ts';
import { until } from '../../tools/lab/wait.ts';

const { lab, onMaster, provoke } = useCheckedLab();

/** A SELECT on the third server that goes on and on. */
let busy: Awaited<ReturnType<typeof rootSession>> | undefined;

beforeAll(async () => {
  busy = await rootSession(lab.server(2));
  void busy.query('SELECT SLEEP(100)').catch(() => {});
});

afterAll(() => busy?.destroy());

describe('what runs now', () => {
  const found = async (code: string) => (await look(lab, [transactions])).some((f) => f.code === code);

  it('a transaction on the master that has been open for long', async () => {
    await onMaster('CREATE TABLE app.held (id INT PRIMARY KEY, n INT)', 'INSERT INTO app.held VALUES (1, 1)');
    const session = await lab.server(0).connect('app', 'lab-app', { database: 'app' });
    await provoke({
      ...{
        check: transactions,
        code: 'long_transaction',
        level: 'warning',
        where: 0,
        text: /app from .*connection \d+/,
      },
      cause: async () => {
        await session.query('START TRANSACTION');
        await session.query('UPDATE held SET n = 2');
        await until('a second', 30_000, () => found('long_transaction'));
      },
      mend: () => session.query('ROLLBACK'),
    });
    await session.end();
  });

  it('an update that MHA would not begin beside', async () => {
    const session = await rootSession(lab.server(0));
    await provoke({
      ...{ check: transactions, code: 'long_update', level: 'warning', where: 0, text: /root from .* Query for \d+ s/ },
      cause: async () => {
        void session.query('DO SLEEP(100)').catch(() => {});
        await until('two seconds', 30_000, () => found('long_update'));
      },
      mend: async () => {
        await lab.server(0).admin(`KILL ${session.threadId}`);
        await until('its end', 30_000, async () => !(await found('long_update')));
      },
    });
  });

  it('a query on a candidate that MHA would not begin beside', async () => {
    await until('ten seconds', 30_000, () => found('long_query'));
    expect(await look(lab, [transactions], { noMaster: [2] })).toEqual([]);
    await lab.server(2).admin(`KILL ${busy?.threadId}`);
    await until('its end', 30_000, async () => !(await found('long_query')));
  });
});

it('the lab is healthy again', async () => {
  await until('replication', 30_000, async () => bad(await look(lab, [replication])).length === 0);
  expect(bad(await look(lab)).map((f) => f.code)).toEqual([]);
});
