import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bin, onlineArguments, runCommand } from '../support/commands.ts';
import { start } from '../support/scenes/mha.ts';
import { useLab } from '../support/useLab.ts';
import { rightsOf } from '../support/zoo/zoo.ts';
import { accounts } from '../tools/lab/accounts.ts';

const lab = useLab({
  servers: 2,
  ssh: false,
  settings: { kill_after_timeout: 20 },
  stock: ['CREATE TABLE app.orders (id INT PRIMARY KEY AUTO_INCREMENT, total INT)'],
});
let sessions: Connection[];

beforeAll(async () => {
  const { user, password } = accounts.app;
  const open = () => lab.server(0).connect(user, password, { database: 'app' });
  sessions = await Promise.all([open(), open()]);
  for (const session of sessions) session.on('error', () => {});
});

afterAll(async () => {
  for (const session of sessions ?? []) session.destroy();
});

it('a right that is given while a transaction is waited for is not lost, and its transaction is not killed', async () => {
  const [first, second] = sessions as [Connection, Connection];
  const begin = async (session: Connection) => {
    await session.query('BEGIN');
    await session.query('INSERT INTO orders (total) VALUES (1)');
  };
  await begin(first);
  const args = onlineArguments(lab, 'stop', lab.server(0), lab.server(1));
  const stopping = await start(bin('master_ip_online_change'), args);
  await stopping.printed('waiting for running transactions');
  await begin(second);
  await first.query('COMMIT');
  await stopping.printed('waiting for a moment without long transactions');
  await lab
    .server(0)
    .adminAll([
      "GRANT CREATE VIEW ON app.* TO app@'%'",
      "CREATE USER late@'%' IDENTIFIED BY 'zpw-late'",
      "GRANT INSERT ON app.* TO late@'%'",
    ]);
  const rights = await rightsOf(lab.server(0));
  await sleep(100);
  await second.query('COMMIT');
  const { code, stdout, stderr } = await stopping.ended;
  expect(code, stdout + stderr).toBe(0);
  await expect(lab.server(0).connect('late', 'zpw-late', { database: 'app' })).rejects.toThrow(/denied/);
  const recovered = await runCommand('mha_recover', [`--conf=${lab.confFile}`]);
  expect(recovered.code, recovered.stdout + recovered.stderr).toBe(0);
  expect(await rightsOf(lab.server(0))).toEqual(rights);
  const rows = await lab.server(0).admin('SELECT COUNT(*) AS count FROM app.orders');
  expect(rows).toEqual([{ count: 2 }]);
});
