import fc from 'fast-check';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../src/adapters/mysql/session.ts';
import { type Account, accountName, accountSql } from '../../src/base/account.ts';
import { regrantStatements } from '../../src/capabilities/accounts/grants/statements.ts';
import { block, notShutOut } from '../../src/capabilities/accounts/shutOut/block.ts';
import type { Blocked } from '../../src/capabilities/accounts/shutOut/blocked.ts';
import type { BlockPlan } from '../../src/capabilities/accounts/shutOut/plan.ts';
import { restore } from '../../src/capabilities/accounts/shutOut/restore.ts';
import { mhaSession, planOf } from '../support/mhaSession.ts';
import { useLab } from '../support/useLab.ts';
import { RANDOM_OBJECTS, randomAccounts } from '../support/zoo/randomAccounts.ts';
import { rightsOf, stockZoo, ZOO } from '../support/zoo/zoo.ts';

const lab = useLab({ servers: 2, ssh: false, stock: stockZoo });
/** The original master is the replica of this lab: what is given back on the new master has to reach it. */
let orig: Session;
let next: Session;

beforeAll(async () => {
  await lab.server(0).adminAll(RANDOM_OBJECTS);
  await lab.waitReplicasLevel();
  // Else nobody writes on a replica, whatever their rights.
  await lab.server(1).admin('SET GLOBAL read_only = 0');
  orig = await mhaSession(lab, lab.server(1), { withoutBinlog: true });
  next = await mhaSession(lab, lab.server(0));
});

afterAll(async () => {
  await orig?.close();
  await next?.close();
});

/** What somebody who logs in as this account can do with app.orders. */
async function doesWith(account: Account, password: string): Promise<'nothing' | 'reads' | 'writes'> {
  const { host, port, socketPath } = lab.server(1);
  const way = account.host === 'localhost' ? { socketPath } : { host, port };
  const session = await createConnection({ ...way, user: account.user, password }).catch(() => undefined);
  if (!session) return 'nothing';
  const can = (sql: string) =>
    session.query(sql).then(
      () => true,
      () => false,
    );
  const canWrite = async () => {
    for (const sql of WRITES) if (await can(sql)) return true;
    return false;
  };
  try {
    await can('SET autocommit = 0');
    if (await canWrite()) return 'writes';
    return (await can('SELECT 1 FROM app.orders')) || (await can('SELECT total FROM app.orders')) ? 'reads' : 'nothing';
  } finally {
    await session.end();
  }
}

const WRITES = ['INSERT INTO app.orders (id) VALUES (1)', "UPDATE app.orders SET note = 'x'", 'DELETE FROM app.orders'];

/** The password that the zoo gives this account; empty where it has none. */
function passwordOf({ user, host }: Account): string {
  const names = [user, `\`${user.replaceAll('`', '``')}\``, accountSql({ kind: 'user', user, host }).split('@')[0]];
  const line = ZOO.find((sql) => names.some((name) => sql.startsWith(`CREATE USER ${name}@`)));
  return /'(zpw-[^']*)'/.exec(line ?? '')?.[1] ?? (user === 'app' ? 'lab-app' : '');
}

async function abilities(plan: BlockPlan): Promise<Record<string, string>> {
  const users = plan.blocked.map((b) => b.account).filter((account) => account.kind === 'user');
  const found: Record<string, string> = {};
  for (const account of users) {
    const does = await doesWith(account, passwordOf(account));
    if (does !== 'nothing') found[accountName(account)] = does;
  }
  return found;
}

describe('the zoo', () => {
  let plan: BlockPlan;
  let before: Awaited<ReturnType<typeof rightsOf>>;
  let could: Record<string, string>;

  beforeAll(async () => {
    before = await rightsOf(lab.server(1));
    plan = await planOf(lab, orig, next);
    could = await abilities(plan);
  });

  it('has accounts that read and accounts that write', () => {
    expect(Object.values(could).filter((does) => does === 'reads').length, JSON.stringify(could)).toBeGreaterThan(0);
    expect(Object.values(could).filter((does) => does === 'writes').length).toBeGreaterThan(6);
  });

  it('is shut out: nobody who logs in reads or writes', async () => {
    await block(orig, plan.blocked);
    expect(await notShutOut(orig, plan.blocked)).toEqual([]);
    expect(await abilities(plan)).toEqual({});
  });

  it('is shut out again without harm', async () => {
    await block(orig, plan.blocked);
    expect(await notShutOut(orig, plan.blocked)).toEqual([]);
  });

  it('has all it had after it was let in, and once more', async () => {
    for (const _ of [1, 2]) {
      expect(await restore(orig, plan.blocked)).toEqual({ left: [], gone: [] });
      expect(await rightsOf(lab.server(1))).toEqual(before);
    }
    expect(await abilities(plan)).toEqual(could);
  });

  it.each(['every', 'half', 'one in three'])('is let in if %s account was shut out', async (some) => {
    const step = { every: 1, half: 2, 'one in three': 3 }[some] as number;
    await block(
      orig,
      plan.blocked.filter((_, i) => i % step === 0),
    );
    expect(await restore(orig, plan.blocked)).toEqual({ left: [], gone: [] });
    expect(await rightsOf(lab.server(1))).toEqual(before);
  });

  it('has all it had when its rights come through the binlog', async () => {
    await block(orig, plan.blocked);
    await giveBackOnNewMaster(plan.blocked);
    expect(await rightsOf(lab.server(1))).toEqual(before);
    expect(await rightsOf(lab.server(0))).toEqual(before);
  });
});

async function giveBackOnNewMaster(blocked: readonly Blocked[]): Promise<void> {
  for (const sql of blocked.flatMap(regrantStatements)) await next.rows(sql);
  await lab.waitReplicasLevel();
  expect((await lab.dump())[1]).toMatchObject({ io: 'Yes', sql: 'Yes' });
}

it('random accounts have all they had, given back directly or through the binlog', async () => {
  const whole = async (create: readonly string[]) => {
    await lab.server(0).adminAll(create);
    await lab.waitReplicasLevel();
    const before = await rightsOf(lab.server(1));
    const { blocked } = await planOf(lab, orig, next);
    await block(orig, blocked);
    expect(await notShutOut(orig, blocked)).toEqual([]);
    expect(await restore(orig, blocked)).toEqual({ left: [], gone: [] });
    expect(await rightsOf(lab.server(1))).toEqual(before);
    await block(orig, blocked);
    await giveBackOnNewMaster(blocked);
    expect(await rightsOf(lab.server(1))).toEqual(before);
    expect(await rightsOf(lab.server(0))).toEqual(before);
  };
  const property = fc.asyncProperty(randomAccounts, async ({ create, drop }) => {
    try {
      await whole(create);
    } finally {
      for (const sql of drop)
        await lab
          .server(0)
          .admin(sql)
          .catch(() => {});
    }
  });
  await fc.assert(property, { numRuns: 20, endOnFailure: true });
});
