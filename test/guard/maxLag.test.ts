import type { Connection } from 'mysql2/promise';
import { expect, it } from 'vitest';
import { FEW } from '../support/byHand.ts';
import { noGuardian, plainSwitch } from '../support/process/guardians.ts';
import { openJournals, stateOf } from '../support/scenes/mha.ts';
import { useLab } from '../support/useLab.ts';
import type { LabServer } from '../tools/lab/server.ts';

const lab = useLab({ settings: { catch_up_timeout: 2, max_lag: 1 }, stock: FEW, eachTest: true });

const write = () => lab.server(0).admin('INSERT INTO app.orders VALUES (1, 1, NULL)');

async function locked(server: LabServer): Promise<Connection> {
  const session = await server.connect(lab.mha.user, lab.mha.password);
  await session.query('FLUSH TABLES WITH READ LOCK');
  return session;
}

async function expectRefused(): Promise<void> {
  const before = await stateOf(lab);
  const app = await lab.server(0).connect('teller', 'zpw-teller');
  const { code, stdout, stderr } = await (await plainSwitch(lab)).ended;
  const said = (stdout + stderr).replace(/\s+/g, ' ');
  expect(code, said).not.toBe(0);
  expect(said).toMatch(/is \d+\.\d s behind after \d+\.\d s \(catch_up_timeout\), more than max_lag \(1\.0 s\)/);
  expect(said).toMatch(/the lag (is growing|stays the same).*Nobody was shut out/);
  await app.query('INSERT INTO app.orders VALUES (2, 1, NULL)');
  await app.end();
  await noGuardian(lab);
  expect(await stateOf(lab)).toEqual(before);
  expect(openJournals(lab)).toEqual([]);
}

it('refuses a new master with a lock that stops its replication', async () => {
  const lock = await locked(lab.server(1));
  await write();
  await expectRefused().finally(() => lock.end());
});

it('refuses a new master that executes a large transaction', async () => {
  const sleeping = 'INSERT INTO app.orders VALUES (1, IF(@@GLOBAL.server_id = 2, SLEEP(12), 0), NULL)';
  await lab.server(0).adminAll(["SET SESSION binlog_format = 'STATEMENT'", sleeping]);
  await expectRefused();
});
