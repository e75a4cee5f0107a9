import type { Connection } from 'mysql2/promise';
import { describe, expect, it } from 'vitest';
import { bin, onlineArguments } from '../support/commands.ts';
import { closedPhases, start } from '../support/scenes/mha.ts';
import { useSessions } from '../support/state/sessions.ts';
import { helperSettings, openJournals } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';
import { rightsOf } from '../support/zoo/zoo.ts';
import { accounts } from '../tools/lab/accounts.ts';
import { isMysql, SQL } from '../tools/lab/kind.ts';

const lab = useLab({
  servers: 2,
  ssh: false,
  settings: { kill_after_timeout: 1 },
  stock: ['CREATE TABLE app.orders (id INT PRIMARY KEY AUTO_INCREMENT, total INT)'],
  eachTest: true,
});
const { asApp, asRoot } = useSessions(lab);

const starting = () =>
  start(bin('master_ip_online_change'), onlineArguments(lab, 'stop', lab.server(0), lab.server(1)));

async function stop(): Promise<{ code: number | undefined; output: string }> {
  const running = await starting();
  const { code } = await running.ended;
  return { code, output: running.output() };
}

/** `stop` failed before the first REVOKE, and everything is as it was. */
async function expectNobodyShutOut(before: unknown, { code, output }: Awaited<ReturnType<typeof stop>>): Promise<void> {
  expect(code, output).toBe(1);
  expect(output).not.toMatch(/privileges revoked/);
  expect(openJournals(lab)).toEqual([]);
  expect(await rightsOf(lab.server(0))).toEqual(before);
  expect((await lab.dump())[0]).toMatchObject({ readOnly: false });
}

async function insertMany(session: Connection, rows: number): Promise<void> {
  const digits =
    '(SELECT 0 d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 ' +
    'UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)';
  const from = Array.from({ length: Math.ceil(Math.log10(rows)) }, (_, i) => `${digits} t${i}`).join(' JOIN ');
  await session.query(`INSERT INTO orders (total) SELECT 1 FROM ${from} LIMIT ${rows}`);
}

describe('a large transaction that outlasts the drain time', () => {
  it('is ended and rolled back while everybody can still work', async () => {
    const [session, other] = [await asApp(), await asApp()];
    await session.query('BEGIN');
    await insertMany(session, 200_000);
    const running = await starting();
    await running.printed(/large transactions|overlong work ended/);
    await other.query('INSERT INTO orders (total) VALUES (7)');
    const { code } = await running.ended;
    const output = running.output();
    expect(code, output).toBe(0);
    expect(output.indexOf('overlong work ended: done')).toBeGreaterThan(0);
    expect(output.indexOf('overlong work ended: done')).toBeLessThan(output.indexOf('privileges revoked: done'));
    expect(output).toMatch(/1 sessions ended whose work outlasted/);
    await expect(session.query('COMMIT')).rejects.toThrow();
    expect(await lab.server(0).admin('SELECT COUNT(*) AS n, MAX(total) AS t FROM app.orders')).toEqual([
      { n: 1, t: 7 },
    ]);
  });

  it('is left alone if undoing it does not fit into stop_timeout, and nobody is shut out', async () => {
    helperSettings(lab, { kill_after_timeout: 0.5, stop_timeout: 3 });
    const before = await rightsOf(lab.server(0));
    const session = await asApp();
    await session.query('BEGIN');
    await insertMany(session, 200_000);
    const result = await stop();
    await expectNobodyShutOut(before, result);
    expect(result.output).toMatch(/connection \d+ \(app@\S+\) has changed 200,\d+ rows: undoing that may take/);
    await session.query('COMMIT');
    expect(await lab.server(0).admin('SELECT COUNT(*) AS n FROM app.orders')).toEqual([{ n: 200_000 }]);
  });
});

describe('a lock of an idle session that keeps its rights', () => {
  it.each([
    'LOCK TABLES app.orders WRITE',
    'FLUSH TABLES WITH READ LOCK',
    ...(isMysql ? ['LOCK INSTANCE FOR BACKUP'] : []),
  ])('%s: stop fails with nobody shut out, and names it', async (sql) => {
    const before = await rightsOf(lab.server(0));
    const session = await asRoot();
    await session.query(sql);
    const [[{ id }]] = (await session.query('SELECT CONNECTION_ID() AS id')) as unknown as [[{ id: number }]];
    const result = await stop();
    await session.query('UNLOCK TABLES');
    await expectNobodyShutOut(before, result);
    expect(result.output).toMatch(sql.startsWith('LOCK TABLES') ? /table app\.orders, locked/ : /tables, locked by/);
    expect(result.output).toContain(`${id} (root@localhost`);
  });

  it('that goes within the drain time holds nothing up', async () => {
    helperSettings(lab, { kill_after_timeout: 30 });
    const session = await asRoot();
    await session.query('LOCK TABLES app.orders WRITE');
    const running = await starting();
    await running.printed('waiting for locks');
    await session.query('UNLOCK TABLES');
    expect((await running.ended).code, running.output()).toBe(0);
  });

  it('of an application goes with its session', async () => {
    const session = await asApp();
    await lab.server(0).admin(`GRANT LOCK TABLES ON app.* TO ${accounts.app.user}@'%'`);
    await lab.waitReplicasLevel();
    await session.query('LOCK TABLES orders WRITE');
    const { code, output } = await stop();
    expect(code, output).toBe(0);
  });
});

describe('a new master that fails near the end of stop', () => {
  /** While `stop` waits for a transaction in its last wait before the REVOKE. */
  async function meanwhile(work: () => Promise<unknown>) {
    helperSettings(lab, { kill_after_timeout: 30 });
    const [first, second] = [await asApp(), await asApp()];
    const begin = async (session: Connection) => {
      await session.query('BEGIN');
      await session.query('INSERT INTO orders (total) VALUES (1)');
    };
    await begin(first);
    const running = await starting();
    await running.printed('waiting for running transactions');
    await begin(second);
    await first.query('COMMIT');
    await running.printed('waiting for a moment without long transactions');
    await work();
    await second.query('COMMIT');
    return { code: (await running.ended).code, output: running.output() };
  }

  it(`by ${SQL.stop}: everything is put back`, async () => {
    const before = await rightsOf(lab.server(0));
    const { code, output } = await meanwhile(() => lab.server(1).admin(SQL.stop));
    expect(code, output).toBe(1);
    expect(output).toMatch(/checked again: .*no longer replicates/);
    expect(closedPhases(lab)).toEqual(['undone']);
    expect(await rightsOf(lab.server(0))).toEqual(before);
    expect((await lab.dump())[0]).toMatchObject({ readOnly: false });
  });

  it('because somebody opened it: the original master stays closed, and everybody has their rights', async () => {
    const before = await rightsOf(lab.server(0));
    const { code, output } = await meanwhile(() => lab.server(1).admin('SET GLOBAL read_only = 0'));
    expect(code, output).toBe(1);
    expect(output).toMatch(/checked again: .*no longer read_only/);
    expect(output).toContain(`The master was moved meanwhile: ${lab.server(1).host}:${lab.server(1).port} is open`);
    expect(closedPhases(lab)).toEqual(['finished']);
    expect(await rightsOf(lab.server(0))).toEqual(before);
    expect((await lab.dump()).map(({ readOnly }) => readOnly)).toEqual([true, false]);
  });

  it('by its death: stop fails, and the original master goes on', async () => {
    const before = await rightsOf(lab.server(0));
    const { code, output } = await meanwhile(() => lab.server(1).kill9());
    expect(code, output).toBe(1);
    expect(await rightsOf(lab.server(0))).toEqual(before);
    expect((await lab.dump())[0]).toMatchObject({ readOnly: false });
  });
});

it('a candidate with MASTER_DELAY is refused before anything is touched', async () => {
  const word = isMysql ? 'CHANGE REPLICATION SOURCE TO SOURCE_DELAY = 60' : 'CHANGE MASTER TO MASTER_DELAY = 60';
  await lab.server(1).adminAll([SQL.stop, word, SQL.start]);
  const { code, output } = await stop();
  expect(code, output).toBe(1);
  expect(output).toMatch(/delays replication by 60 s \(MASTER_DELAY\)/);
  expect(closedPhases(lab)).toEqual([]);
});
