import type { Connection } from 'mysql2/promise';
import { describe, expect, it } from 'vitest';
import { bin, onlineArguments, runCommand } from '../support/commands.ts';
import { start } from '../support/scenes/mha.ts';
import { useSessions } from '../support/state/sessions.ts';
import { helperSettings } from '../support/state/state.ts';
import { ANY_LAG, useLab } from '../support/useLab.ts';
import { accounts } from '../tools/lab/accounts.ts';
import { SQL } from '../tools/lab/kind.ts';
import { changeTo } from '../tools/lab/replication.ts';
import { until } from '../tools/lab/wait.ts';

const lab = useLab({
  servers: 2,
  ssh: false,
  stock: ['CREATE TABLE app.orders (id INT PRIMARY KEY AUTO_INCREMENT, total INT)'],
  eachTest: true,
});
const { asApp, asRoot, kept } = useSessions(lab);

const stopArguments = () => onlineArguments(lab, 'stop', lab.server(0), lab.server(1));

async function stop(): Promise<void> {
  const result = await runCommand('master_ip_online_change', stopArguments(), { limitMs: 40_000 });
  expect(result.code, result.stdout + result.stderr).toBe(0);
}

/** False once the server has ended the session. */
function answers(session: Connection): Promise<boolean> {
  return session.query('SELECT 1').then(
    () => true,
    () => false,
  );
}

async function totals(): Promise<number[]> {
  await lab.waitReplicasLevel();
  const rows = await lab.server(1).admin('SELECT total FROM app.orders ORDER BY id');
  return rows.map(({ total }) => Number(total));
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a transaction that was open when stop began', () => {
  it('commits while the drain time lasts, and loses nothing', async () => {
    helperSettings(lab, { kill_after_timeout: 30 });
    const session = await asApp();
    await session.query('BEGIN');
    await session.query('INSERT INTO orders (total) VALUES (1)');
    const stopping = stop();
    await wait(1500);
    await session.query('INSERT INTO orders (total) VALUES (2)');
    await session.query('COMMIT');
    await stopping;
    expect(await answers(session)).toBe(false);
    expect(await totals()).toEqual([1, 2]);
  });

  it.each([1, 0])('is ended when it outlasts a drain time of %i s, and its client gets an error', async (seconds) => {
    helperSettings(lab, { kill_after_timeout: seconds });
    const session = await asApp();
    await session.query('BEGIN');
    await session.query('INSERT INTO orders (total) VALUES (1)');
    await stop();
    await expect(session.query('COMMIT')).rejects.toThrow();
    expect(await totals()).toEqual([]);
  });

  it('takes none of their time from those that began meanwhile', async () => {
    helperSettings(lab, { kill_after_timeout: 4 });
    const [forgotten, later] = [await asApp(), await asApp()];
    await forgotten.query('BEGIN');
    await forgotten.query('INSERT INTO orders (total) VALUES (1)');
    const stopping = await start(bin('master_ip_online_change'), stopArguments());
    await stopping.printed('waiting for running transactions');
    await later.query('BEGIN');
    await later.query('INSERT INTO orders (total) VALUES (2)');
    await stopping.printed('privileges revoked: done');
    await wait(200);
    await later.query('INSERT INTO orders (total) VALUES (3)');
    await later.query('COMMIT');
    expect((await stopping.ended).code, stopping.output()).toBe(0);
    await expect(forgotten.query('COMMIT')).rejects.toThrow();
    expect(await totals()).toEqual([2, 3]);
  });

  it('gets the result of a statement that takes its time', async () => {
    helperSettings(lab, { kill_after_timeout: 30 });
    const session = await asApp();
    const answer = session.query('SELECT SLEEP(1.5) AS slept');
    await wait(100);
    await stop();
    expect((await answer)[0]).toEqual([{ slept: 0 }]);
  });
});

describe('sessions of accounts that are shut out', () => {
  it('end at once if they are idle, whatever the drain time', async () => {
    helperSettings(lab, { kill_after_timeout: 50 });
    const idle = await Promise.all(Array.from({ length: 12 }, asApp));
    await stop();
    expect(await Promise.all(idle.map(answers))).toEqual(idle.map(() => false));
  });

  it.each([
    ['statements', ['INSERT INTO orders (total) VALUES (1)']],
    ['transactions', ['BEGIN', 'INSERT INTO orders (total) VALUES (1)', 'COMMIT']],
  ])('end where they begin new %s all the time', async (_, work) => {
    helperSettings(lab, { ...ANY_LAG, kill_after_timeout: 50 });
    const sessions = await Promise.all(Array.from({ length: 4 }, asApp));
    let acknowledged = 0;
    const busy = sessions.map(async (session) => {
      for (;;) {
        for (const sql of work) await session.query(sql);
        acknowledged += 1;
      }
    });
    const ended = Promise.allSettled(busy);
    await until('the first rows', 30_000, () => acknowledged > 20);
    await stop();
    await ended;
    expect((await totals()).length).toBeGreaterThanOrEqual(acknowledged);
  });

  it('end after a statement that outlasts the drain time', async () => {
    helperSettings(lab, { kill_after_timeout: 1 });
    const session = await asApp();
    const answer = session.query('SELECT COUNT(*) FROM information_schema.columns a, information_schema.columns b');
    const settled = Promise.allSettled([answer, session.query('SELECT SLEEP(300)')]);
    await wait(100);
    await stop();
    await settled;
    expect(await answers(session)).toBe(false);
  });
});

describe('sessions of accounts that keep their rights', () => {
  it('live on if they are idle', async () => {
    helperSettings(lab, { kill_after_timeout: 0.5 });
    const session = await asRoot();
    await stop();
    expect(await answers(session)).toBe(true);
  });

  it('end after the drain time if they still run what they ran', async () => {
    helperSettings(lab, { kill_after_timeout: 1 });
    const session = await asRoot();
    const answer = Promise.allSettled([session.query('SELECT SLEEP(600)')]);
    const running = async () =>
      (await lab.server(0).admin("SELECT 1 FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT SLEEP(6%'"))
        .length > 0;
    await until('the long SELECT', 30_000, running);
    await stop();
    await answer;
    expect(await answers(session)).toBe(false);
  });

  it('end after the drain time if a transaction is open', async () => {
    helperSettings(lab, { kill_after_timeout: 1 });
    const session = await asRoot();
    await session.query('BEGIN');
    await session.query('INSERT INTO app.orders (total) VALUES (1)');
    await stop();
    await expect(session.query('COMMIT')).rejects.toThrow();
    expect(await totals()).toEqual([]);
  });

  it('are those that preserve_accounts names, and no others', async () => {
    helperSettings(lab, { kill_after_timeout: 0.5, preserve_accounts: "report@%, 'job_*'" });
    for (const user of ['report', 'job_night', 'jobless']) {
      await lab
        .server(0)
        .adminAll([`CREATE USER ${user}@'%' IDENTIFIED BY 'zpw-p'`, `GRANT SELECT, INSERT ON app.* TO ${user}@'%'`]);
    }
    await lab.waitReplicasLevel();
    const open = async (user: string) => kept(await lab.server(0).connect(user, 'zpw-p'));
    const sessions = [await open('report'), await open('job_night'), await open('jobless')];
    await stop();
    expect(await Promise.all(sessions.map(answers))).toEqual([true, true, false]);
    const again = await open('report');
    await again.query('SELECT * FROM app.orders');
    await expect(again.query('INSERT INTO app.orders (total) VALUES (1)')).rejects.toThrow(/read-only/);
    await expect((await open('jobless')).query('SELECT * FROM app.orders')).rejects.toThrow(/denied/);
  });
});

/** Such a session looks like the kept account's own while the routine runs. */
describe('a session that runs a routine of a kept account, a transaction a row', () => {
  async function callBatch(rows: number) {
    await lab
      .server(0)
      .adminAll([
        'CREATE PROCEDURE app.batch() BEGIN DECLARE i INT DEFAULT 0; ' +
          `WHILE i < ${rows} DO INSERT INTO app.orders (total) VALUES (i); DO SLEEP(0.01); SET i = i + 1; END WHILE; END`,
        `GRANT EXECUTE ON app.* TO ${accounts.app.user}@'%'`,
      ]);
    const session = await asApp();
    const call = session.query('CALL app.batch()').then(
      () => 'finished',
      () => 'ended',
    );
    await until('the first rows', 30_000, async () => (await totals()).length > 3);
    return { session, call };
  }

  it('may finish it within the drain time, and is ended then', async () => {
    helperSettings(lab, { kill_after_timeout: 30 });
    const { session, call } = await callBatch(150);
    await stop();
    expect(await call).toBe('finished');
    expect(await totals()).toHaveLength(150);
    expect(await answers(session)).toBe(false);
  });

  it('is ended if it outlasts that, and writes no more after stop', async () => {
    helperSettings(lab, { kill_after_timeout: 0.5 });
    const { call } = await callBatch(1500);
    await stop();
    const written = (await totals()).length;
    expect(await call).toBe('ended');
    expect(await totals()).toHaveLength(written);
    expect(written).toBeLessThan(1500);
  });
});

it('lets replication and MHA’s own sessions be', async () => {
  helperSettings(lab, { kill_after_timeout: 0.5 });
  const idle = kept(await lab.server(0).connect(lab.mha.user, lab.mha.password));
  const busy = kept(await lab.server(0).connect(lab.mha.user, lab.mha.password));
  const slept = busy.query('SELECT SLEEP(4) AS slept');
  const dumps = () => lab.server(0).admin("SELECT ID FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog%'");
  const before = await dumps();
  expect(before).toHaveLength(1);
  await stop();
  expect(await dumps()).toEqual(before);
  expect(await answers(idle)).toBe(true);
  expect((await slept)[0]).toEqual([{ slept: 0 }]);
  expect((await lab.dump())[1]).toMatchObject({ io: 'Yes', sql: 'Yes' });
});

it('lets the original master’s own replication be, whoever started it, but for its SQL thread', async () => {
  helperSettings(lab, { kill_after_timeout: 0.5 });
  const [master, other] = [lab.server(0), lab.server(1)];
  await master.adminAll([await changeTo(other, lab.repl), SQL.start]);
  await lab.waitReplicasLevel();
  await stop();
  expect((await lab.dump())[0]).toMatchObject({ io: 'Yes', sql: 'No', error: undefined, readOnly: true });
  const recovered = await runCommand('mha_recover', [`--conf=${lab.confFile}`]);
  expect(recovered.code, recovered.stdout + recovered.stderr).toBe(0);
  expect((await lab.dump())[0]).toMatchObject({ io: 'Yes', sql: 'Yes', error: undefined, readOnly: false });
});
