import { describe, expect, it } from 'vitest';
import { useLab } from '../support/useLab.ts';
import { isMysql, SQL } from '../tools/lab/kind.ts';
import { deadMasterSwitch } from '../tools/lab/mha.ts';
import { until } from '../tools/lab/wait.ts';

const lab = useLab({
  positions: true,
  mhaDefaults: { check_repl_delay: 0 },
  mhaEach: [{}, { candidate_master: 1 }, { no_master: 1 }],
  stock: ['CREATE TABLE app.t (id INT PRIMARY KEY, text VARCHAR(20)) ENGINE = InnoDB'],
  eachTest: true,
});

const rowsOf = (index: number) => lab.server(index).admin('SELECT id, text FROM app.t ORDER BY id');

const has = (index: number, count: number) =>
  until(`${count} rows on server ${index + 1}`, 30_000, async () => (await rowsOf(index)).length === count);

/** From now on that replica receives nothing. */
const lag = (index: number) => lab.server(index).admin(`${SQL.stop} IO_THREAD`);

const write = (...ids: number[]) =>
  lab
    .server(0)
    .adminAll(ids.flatMap((id) => ['FLUSH BINARY LOGS', `INSERT INTO app.t VALUES (${id}, 'a\\r\\nb\\0c')`]));

async function failOver(): Promise<void> {
  lab.configure({ master_ip_failover_script: undefined });
  const rows = await rowsOf(0);
  await lab.server(0).kill9();
  const result = await deadMasterSwitch(lab.confFile, lab.server(0));
  expect(result.code, lab.readManagerLog()).toBe(0);
  for (const index of [1, 2]) expect(await rowsOf(index), lab.readManagerLog()).toEqual(rows);
  expect((await lab.dump())[1]).toMatchObject({ readOnly: false, master: undefined });
}

describe('binlogs were rotated while a replica was behind, and the master dies: all rows are there', () => {
  it('the third server was behind the new master, which was behind the dead one', async () => {
    await lag(2);
    await write(1, 2, 3);
    await has(1, 3);
    await lag(1);
    await write(4, 5, 6);
    if (isMysql) for (const index of [1, 2]) await lab.server(index).admin('SET GLOBAL super_read_only = 1');
    await failOver();
    if (isMysql) expect(await lab.server(2).admin('SELECT @@super_read_only AS it')).toEqual([{ it: 1 }]);
  });

  it('the new master was behind the third server', async () => {
    await lag(1);
    await write(1, 2, 3);
    await has(2, 3);
    await failOver();
  });
});

/** MySQL's STOP REPLICA SQL_THREAD waits 60 s for the rest of such a transaction (its bug 96400). */
describe.runIf(!isMysql || process.env.MHA_HELPER_SLOW)('a relay log ends inside a transaction', () => {
  it('which is there as a whole on every server afterwards', { timeout: 300_000 }, async () => {
    const third = lab.server(2);
    const numbers =
      'WITH RECURSIVE n AS (SELECT 1 AS id UNION ALL SELECT id + 1 FROM n WHERE id < 900) SELECT id FROM n';
    await lab
      .server(0)
      .adminAll([
        ...(isMysql ? [] : ['SET binlog_format = ROW']),
        'CREATE TABLE app.big (id INT PRIMARY KEY, text MEDIUMTEXT)',
      ]);
    await lab.waitReplicasLevel();
    // A replica that syncs its relay log after each event is slow enough to be stopped between two of them.
    await third.admin('SET GLOBAL sync_relay_log = 1');
    const position = async () =>
      Number(
        Object.entries((await third.admin(SQL.replicaStatus))[0] ?? {}).find(([name]) =>
          /^Read_\w+_Log_Pos$/.test(name),
        )?.[1],
      );
    const before = await position();
    const write = `INSERT INTO app.big SELECT id, REPEAT('x', 9000) FROM (${numbers}) AS numbers`;
    await lab.server(0).adminAll([...(isMysql ? [] : ['SET binlog_format = ROW']), write]);
    await until('a part of the transaction', 30_000, async () => (await position()) > before + 100_000);
    await lag(2);
    await lab.server(0).admin("INSERT INTO app.t VALUES (1, 'after')");
    await has(1, 1);
    expect(await position()).toBeLessThan(before + 8_000_000);
    expect(await third.admin('SELECT COUNT(*) AS rows_there FROM app.big')).toEqual([{ rows_there: 0 }]);
    await failOver();
    for (const index of [1, 2]) {
      expect(await lab.server(index).admin('SELECT COUNT(*) AS rows_there FROM app.big')).toEqual([
        { rows_there: 900 },
      ]);
    }
  });
});
