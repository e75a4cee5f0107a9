import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isWhole, readClients } from '../../src/capabilities/sessions/clients.ts';
import { mhaSession } from '../support/mhaSession.ts';
import { rootSession } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';

const WRITERS = 40;

const rows = Array.from({ length: 4000 }, (_, i) => `(${i}, REPEAT('x', 40))`).join(', ');
const lab = useLab({
  ssh: false,
  servers: 1,
  stock: [
    'CREATE TABLE app.own (id INT)',
    'CREATE TABLE app.wide (id INT PRIMARY KEY, text VARCHAR(40))',
    `INSERT INTO app.wide VALUES ${rows}`,
  ],
});
let writers: Connection[];

beforeAll(async () => {
  writers = await Promise.all(Array.from({ length: WRITERS }, () => rootSession(lab.server(0))));
});

afterAll(async () => {
  for (const one of writers ?? []) one.destroy();
});

it('no session with an open transaction counts as idle, if the list of transactions exceeds 1 MiB', async () => {
  const session = await mhaSession(lab, lab.server(0));
  const idle = await rootSession(lab.server(0));
  const status = async () => String((await session.rows('SHOW ENGINE INNODB STATUS'))[0]?.Status);
  const statesOf = async (ids: readonly number[]) => {
    const found = new Map((await readClients(session, [lab.mha.user])).map((s) => [s.id, s.state]));
    return ids.map((id) => found.get(id));
  };
  for (const one of writers) {
    await one.query('BEGIN');
    // MySQL lists no transaction that has written nothing.
    await one.query(`INSERT INTO app.own VALUES (${one.threadId})`);
    await one.query('SELECT SUM(LENGTH(text)) FROM app.wide LOCK IN SHARE MODE');
  }
  const ids = writers.map(({ threadId }) => threadId);
  expect(isWhole(await status())).toBe(true);
  expect(await statesOf([...ids, idle.threadId])).toEqual([...ids.map(() => 'busy'), 'idle']);
  // Each locked row is now printed, which is what makes the output long.
  await lab.server(0).admin('SET GLOBAL innodb_status_output_locks = 1');
  const text = await status();
  expect(text.length).toBeGreaterThan(1_000_000);
  expect(isWhole(text)).toBe(false);
  const listed = new Set(text.match(/thread id (\d+),/g)?.map((found) => Number(/\d+/.exec(found)?.[0])));
  expect(ids.filter((id) => !listed.has(id)).length).toBeGreaterThan(0);
  expect(await statesOf(ids)).toEqual(ids.map(() => 'busy'));
  expect(await statesOf([idle.threadId])).toEqual(['busy']);
  await lab.server(0).admin('SET GLOBAL innodb_status_output_locks = 0');
  for (const one of writers) await one.query('ROLLBACK');
  expect(await statesOf(ids)).toEqual(ids.map(() => 'idle'));
  await idle.end();
  await session.close();
});
