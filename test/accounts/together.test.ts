import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '../../src/adapters/mysql/session.ts';
import { accountSql } from '../../src/base/account.ts';
import { block, notShutOut } from '../../src/capabilities/accounts/shutOut/block.ts';
import type { Blocked, BlockMethod } from '../../src/capabilities/accounts/shutOut/blocked.ts';
import { restore } from '../../src/capabilities/accounts/shutOut/restore.ts';
import { giveAll } from '../../src/capabilities/accounts/shutOut/together.ts';
import { mhaSession, planOf } from '../support/mhaSession.ts';
import { useLab } from '../support/useLab.ts';
import { rightsOf } from '../support/zoo/zoo.ts';
import { isMysql } from '../tools/lab/kind.ts';

const lab = useLab({ servers: 2, ssh: false });
/** The original master is the replica of this lab: what is given on the new master has to reach it. */
let orig: Session;
let next: Session;

const COUNT = 50;
const UNLOGGED = 'SET sql_log_bin = 0';
const ODD = ['we`ird', 'quo\'te"d', 'back\\slash', 'two words', 'größe-名'];
const HOSTS = ['%', '10.%', '192.168.0.0/255.255.0.0', 'localhost'];
const accounts = Array.from({ length: COUNT }, (_, i) => ({
  kind: 'user' as const,
  user: `${ODD[i % ODD.length]} ${i}.`,
  host: HOSTS[i % HOSTS.length] ?? '%',
}));
const names = accounts.map(accountSql);
const GONE = 1;
const [first = '', gone = ''] = [names[0], names[GONE]];

beforeAll(async () => {
  orig = await mhaSession(lab, lab.server(1), { withoutBinlog: true });
  next = await mhaSession(lab, lab.server(0));
});

afterAll(async () => {
  await orig?.close();
  await next?.close();
});

beforeEach(async () => {
  const all = names.join(', ');
  const role = isMysql ? "'worker'@'%'" : 'worker';
  await lab
    .server(0)
    .adminAll([
      ...[`DROP USER IF EXISTS ${all}`, `DROP ROLE IF EXISTS ${role}`, 'DROP TABLE IF EXISTS app.ours'],
      ...['CREATE TABLE app.ours (a INT, b INT)', `CREATE ROLE ${role}`, `CREATE USER ${all}`],
      ...[`GRANT SELECT, INSERT ON app.* TO ${all}`, `GRANT UPDATE (b) ON app.ours TO ${all}`],
      ...[`GRANT ${role} TO ${all}`, `GRANT ${role} TO 'mha'@'%' WITH ADMIN OPTION`],
      ...names.map((name, i) => `GRANT DELETE ON app.${i % 2 === 0 ? 'ours' : '*'} TO ${name} WITH GRANT OPTION`),
      `GRANT CREATE VIEW ON app.* TO ${first}`,
      isMysql ? `ALTER USER ${first} DEFAULT ROLE ${role}` : `SET DEFAULT ROLE ${role} FOR ${first}`,
    ]);
  await lab.waitReplicasLevel();
});

async function shutOut(method: BlockMethod = 'revoke'): Promise<readonly Blocked[]> {
  const { blocked } = await planOf(lab, orig, next, method);
  const ours = blocked.filter((b) => names.includes(accountSql(b.account)));
  expect(ours).toHaveLength(COUNT);
  await block(orig, ours);
  expect(await notShutOut(orig, ours)).toEqual([]);
  return ours;
}

/** The statements that change something, of those that the session sends. */
function recording(session: Session): { session: Session; sent: string[] } {
  const sent: string[] = [];
  const many = (statements: readonly string[]) => {
    sent.push(...statements.filter((sql) => /^(GRANT|ALTER)/.test(sql)));
    return session.many(statements);
  };
  const rows: Session['rows'] = (sql, values) => session.rows(sql, values);
  const dialect = () => session.dialect();
  return { session: { ...{ many, rows, dialect, alive: true }, server: session.server } as unknown as Session, sent };
}

describe('accounts that have the same rights', () => {
  it.each<BlockMethod>(['revoke', 'lock', 'both'])('have all they had, by few statements (%s)', async (method) => {
    const before = await rightsOf(lab.server(1));
    const blocked = await shutOut(method);
    for (const _ of ['missing', 'there already']) {
      const { session, sent } = recording(orig);
      expect(await restore(session, blocked)).toEqual({ left: [], gone: [] });
      expect(sent.length, sent.join('\n')).toBeLessThan(10);
      expect(await rightsOf(lab.server(1))).toEqual(before);
    }
  });

  it('get them through the binlog', async () => {
    const before = await rightsOf(lab.server(1));
    const blocked = await shutOut('both');
    expect(await giveAll(next, blocked)).toEqual([]);
    await lab.waitReplicasLevel();
    expect(await rightsOf(lab.server(1))).toEqual(before);
    expect(await rightsOf(lab.server(0))).toEqual(before);
  });
});

it.runIf(isMysql)('a default role that somebody added meanwhile stays one', async () => {
  const blocked = await shutOut();
  const more = "'more'@'%'";
  await lab
    .server(1)
    .adminAll([
      ...[UNLOGGED, `CREATE ROLE IF NOT EXISTS ${more}`, `GRANT ${more} TO ${first}`],
      `ALTER USER ${first} DEFAULT ROLE ${more}`,
    ]);
  expect(await restore(orig, blocked)).toEqual({ left: [], gone: [] });
  const defaults = await lab.server(1).admin('SELECT DEFAULT_ROLE_USER AS role FROM mysql.default_roles ORDER BY 1');
  await lab.server(1).adminAll([UNLOGGED, `DROP ROLE ${more}`]);
  expect(defaults.map(({ role }) => role)).toEqual(['more', 'worker']);
});

describe('an account that is gone', () => {
  it('lacks nothing, and the others have all they had', async () => {
    const blocked = await shutOut();
    await lab.server(1).adminAll([UNLOGGED, `DROP USER ${gone}`]);
    expect(await restore(orig, blocked)).toEqual({ left: [], gone: [] });
    await lab.server(1).adminAll([UNLOGGED, `CREATE USER ${gone}`]);
    const rights = await rightsOf(lab.server(1));
    const [still, there] = [await rightsOf(lab.server(0)), { ...rights }];
    for (const each of [still, there])
      for (const key of Object.keys(each)) if (key.includes(` ${GONE}.`)) delete each[key];
    expect(there).toEqual(still);
  });

  it('on the new master: each statement of its own fails, the others reach the replica, which goes on', async () => {
    const blocked = await shutOut();
    await lab.server(0).adminAll([`DROP USER ${gone}`]);
    const failed = await giveAll(next, blocked);
    expect(failed.length).toBeGreaterThan(0);
    for (const { sql } of failed) expect(sql).toContain(` TO ${gone}`);
    await lab.waitReplicasLevel();
    expect((await lab.dump())[1]).toMatchObject({ io: 'Yes', sql: 'Yes' });
    expect(await rightsOf(lab.server(1))).toEqual(await rightsOf(lab.server(0)));
  });
});

it('a table that is gone: named for each account, all else is given', async () => {
  const blocked = await shutOut();
  await lab.server(1).adminAll([UNLOGGED, 'RENAME TABLE app.ours TO app.theirs']);
  const found = await restore(orig, blocked);
  expect(found.left).toEqual([]);
  for (const name of names) expect(found.gone.some((text) => text.includes(`TO ${name}`))).toBe(true);
  await lab.server(1).adminAll([UNLOGGED, 'RENAME TABLE app.theirs TO app.ours']);
  expect(await restore(orig, blocked)).toEqual({ left: [], gone: [] });
  expect(await rightsOf(lab.server(1))).toEqual(await rightsOf(lab.server(0)));
});
