import { readFileSync } from 'node:fs';
import type { Connection } from 'mysql2/promise';
import { afterAll, expect, it } from 'vitest';
import { tallyOf } from '../../src/procedures/report/tally.ts';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { openJournals } from '../support/state/state.ts';
import { ANY_LAG, useLab } from '../support/useLab.ts';
import { accounts } from '../tools/lab/accounts.ts';
import { until } from '../tools/lab/wait.ts';

const CLIENTS = 200;

const lab = useLab({
  servers: 2,
  ssh: false,
  settings: { ...ANY_LAG, kill_after_timeout: 1 },
  stock: ['CREATE TABLE app.orders (id INT PRIMARY KEY AUTO_INCREMENT, total INT)'],
});
const sessions: Connection[] = [];

afterAll(async () => {
  for (const session of sessions) session.destroy();
});

/** Transactions without a pause, until the server ends the session; one that it ended in a COMMIT may be lost or not. */
async function work(session: Connection, seen: { inserts: number; unanswered: number; commits: number }) {
  let waiting = false;
  try {
    for (;;) {
      await session.query('BEGIN');
      waiting = true;
      await session.query('INSERT INTO orders (total) VALUES (1)');
      waiting = false;
      seen.inserts += 1;
      waiting = true;
      await session.query('COMMIT');
      waiting = false;
      seen.commits += 1;
    }
  } catch {
    if (waiting) seen.unanswered += 1;
  }
}

it('counts the transactions that clients lost, also of sessions that were seen idle', async () => {
  const { user, password } = accounts.app;
  for (let n = 0; n < CLIENTS; n += 1) {
    const session = await lab.server(0).connect(user, password, { database: 'app' });
    session.on('error', () => {});
    sessions.push(session);
  }
  const seen = { inserts: 0, unanswered: 0, commits: 0 };
  const clients = sessions.map((session) => work(session, seen));
  await until('commits', 30_000, () => seen.commits > CLIENTS * 3);
  const args = onlineArguments(lab, 'stop', lab.server(0), lab.server(1));
  const { code, stdout, stderr } = await runCommand('master_ip_online_change', args);
  expect(code, stdout + stderr).toBe(0);
  await Promise.all(clients);
  const [row] = await lab.server(0).admin('SELECT COUNT(*) AS n FROM app.orders');
  const lost = seen.inserts - Number(row?.n);
  const [path = ''] = openJournals(lab);
  const { sessions: ended, atWork = 0 } = tallyOf(JSON.parse(readFileSync(path, 'utf8')));
  expect(ended).toBe(CLIENTS);
  const what = `${atWork} counted, ${lost} lost, ${seen.unanswered} perhaps`;
  expect(atWork, what).toBeGreaterThanOrEqual(Math.min(lost, CLIENTS));
  expect(atWork, what).toBeLessThanOrEqual(lost + seen.unanswered + 5);
});
