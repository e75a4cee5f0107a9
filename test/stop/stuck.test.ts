import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { clusterState, helperSettings, openJournals, rootSession, statementsOfMha } from '../support/state/state.ts';
import { useLab, useProxies } from '../support/useLab.ts';
import { secretsIn } from '../support/zoo/secrets.ts';
import { stockZoo } from '../support/zoo/zoo.ts';
import { isMysql } from '../tools/lab/kind.ts';
import type { RunResult } from '../tools/lab/run.ts';
import { until } from '../tools/lab/wait.ts';

/** Holds off whoever changes an account. */
const lockingAccounts = isMysql ? 'LOCK TABLES mysql.user READ' : 'LOCK TABLES mysql.global_priv READ';

const lab = useLab({ ssh: false, stock: stockZoo });
const proxied = useProxies(lab);
let before: Awaited<ReturnType<typeof clusterState>>;
/** Sessions of root, which keeps its rights, on the original and on the new master. */
let roots: Awaited<ReturnType<typeof rootSession>>[];

beforeAll(async () => {
  await lab.server(0).admin('CREATE TABLE app.apart (id INT)');
  await lab.waitReplicasLevel();
  await lab.server(1).admin('SET GLOBAL read_only = 0');
  before = await clusterState(lab);
});

beforeEach(async () => {
  helperSettings(lab, { kill_after_timeout: 0.2, statement_timeout: 1, undo_timeout: 3 });
  roots = [await rootSession(lab.server(0)), await rootSession(lab.server(1))];
});

afterEach(async () => {
  for (const root of roots) await root.end();
  // So that one failure does not spoil the next test.
  if (openJournals(lab).length > 0) await runCommand('mha_recover', [`--conf=${lab.confFile}`]);
});

function stop(): Promise<RunResult> {
  return runCommand('master_ip_online_change', onlineArguments(lab, 'stop', proxied.proxy(0), proxied.proxy(1)));
}

async function lock(on: 0 | 1, sql: string): Promise<void> {
  await roots[on]?.query(sql);
}

/** Takes a lock on the original master at the first REVOKE, when `stop` has looked for locks already. */
function lockLate(sql: string): void {
  let taken = false;
  const match = (s: { sql: string }) => {
    if (!taken && s.sql.startsWith('REVOKE ')) {
      taken = true;
      void lock(0, sql);
    }
    return false;
  };
  proxied.proxy(0).inject({ when: 'before', match, fate: 'drop' });
}

async function unlock(): Promise<void> {
  for (const root of roots) await root.query('UNLOCK TABLES');
}

/** Nothing of ours runs on, and what has been put back stays so when the lock is gone. */
async function expectAllAsBefore(result: RunResult, why: RegExp): Promise<void> {
  const output = result.stdout + result.stderr;
  expect(result.code, output).toBe(1);
  expect(result.stderr).toMatch(why);
  expect(result.stderr).toContain('Everything that had been changed was put back');
  for (const server of lab.servers) expect(await statementsOfMha(lab, server)).toEqual([]);
  await unlock();
  expect(await clusterState(lab)).toEqual(before);
  expect(await secretsIn(lab, [output])).toEqual([]);
}

describe('a statement held off by the lock of a kept session ends at its deadline, and all is put back', () => {
  it.each([
    [
      'before anybody is shut out, the original master’s SET read_only',
      0,
      'LOCK TABLES app.apart WRITE',
      /:3306: locks that would hold it up: table app\.apart, locked/,
    ],
    ['the new master’s SET read_only', 1, 'LOCK TABLES app.apart WRITE', /:3306: SET GLOBAL read_only = 1 did not/],
    ['ALTER EVENT', 0, 'FLUSH TABLES WITH READ LOCK', /scheduled events off: .* did not finish within 1 s/],
    ['REVOKE', 0, lockingAccounts, /REVOKE .* did not finish within 1 s \(held up by/],
  ] as const)('%s', async (_, on, sql, why) => {
    await lock(on, sql);
    await expectAllAsBefore(await stop(), why);
  });

  it('the original master’s SET read_only, if the lock comes when everybody is shut out', async () => {
    lockLate('LOCK TABLES app.apart WRITE');
    await expectAllAsBefore(await stop(), /:3306: SET GLOBAL read_only = 1 did not/);
  });

  it('the same at the end of max_outage, if that comes first', async () => {
    const times = { kill_after_timeout: 0.2, max_lag: 0.5, max_outage: 1.7 };
    helperSettings(lab, { ...times, statement_timeout: 20, undo_timeout: 3 });
    lockLate('LOCK TABLES app.apart WRITE');
    await expectAllAsBefore(await stop(), /read_only on: nobody could write for 1\.7 s \(max_outage\)/);
  });

  // MySQL reads accounts from its memory.
  it.skipIf(isMysql)('reading the accounts: nothing was touched', async () => {
    await lock(0, 'LOCK TABLES mysql.global_priv WRITE');
    const result = await stop();
    expect(result.code, result.stdout + result.stderr).toBe(1);
    expect(result.stderr).toContain('did not finish within 1 s');
    await unlock();
    expect(await clusterState(lab)).toEqual(before);
  });
});

describe('a held-off statement whose connection this side has lost takes no effect after the undo', () => {
  it('SET GLOBAL read_only', async () => {
    lockLate('LOCK TABLES app.apart WRITE');
    const match = ({ sql }: { sql: string }) => /SET GLOBAL read_only = 1/.test(sql);
    const injection = proxied.proxy(0).inject({ when: 'before', match, fate: 'lose' });
    const result = await stop();
    expect(injection.met).toHaveLength(1);
    await expectAllAsBefore(result, /the server closed the connection/);
  });

  it.each([
    ['REVOKE', /^REVOKE /, lockingAccounts],
    ['ALTER EVENT', /DISABLE ON (SLAVE|REPLICA)/, 'FLUSH TABLES WITH READ LOCK'],
  ] as const)('%s', async (_, sql, locking) => {
    await lock(0, locking);
    const injection = proxied.proxy(0).inject({ when: 'before', match: (s) => sql.test(s.sql), fate: 'lose' });
    const result = await stop();
    expect(injection.met).toHaveLength(1);
    await expectAllAsBefore(result, /the server closed the connection/);
  });
});

describe('if undoing is held off as well', () => {
  it('waits for the lock to go, and puts everything back', async () => {
    helperSettings(lab, { kill_after_timeout: 0.2, statement_timeout: 10, undo_timeout: 20 });
    spoilLastStep('FLUSH TABLES WITH READ LOCK');
    const running = stop();
    const waits = async () => (await statementsOfMha(lab, lab.server(0))).some((text) => /^\d+ GRANT /.test(text));
    await until('a GRANT that waits', 30_000, waits);
    await unlock();
    await expectAllAsBefore(await running, /made to fail/);
  });

  it.each([
    ['all of it', 'FLUSH TABLES WITH READ LOCK'],
    ['the grants', lockingAccounts],
    ...(isMysql ? [] : [['the events', 'LOCK TABLES mysql.event READ'] as [string, string]]),
  ])('(%s) it prints the SQL that does it by hand', async (_, sql) => {
    spoilLastStep(sql);
    const result = await stop();
    const output = result.stdout + result.stderr;
    expect(result.code, output).toBe(1);
    expect(result.stderr).toContain('NOT everything could be put back');
    expect(openJournals(lab)).toHaveLength(1);
    for (const server of lab.servers) expect(await statementsOfMha(lab, server)).toEqual([]);
    await unlock();
    await runByHand(result.stderr);
    const { servers } = await clusterState(lab);
    expect(servers, result.stderr).toEqual(before.servers);
    expect(await secretsIn(lab, [output])).toEqual([]);
    const recovered = await runCommand('mha_recover', [`--conf=${lab.confFile}`]);
    expect(recovered.code, recovered.stdout + recovered.stderr).toBe(0);
    expect(await clusterState(lab)).toEqual(before);
  });
});

it.runIf(isMysql)('a table that is locked keeps only those shut out who have rights on it', async () => {
  helperSettings(lab, { kill_after_timeout: 0.2 });
  spoilLastStep('LOCK TABLES app.orders WRITE');
  const result = await stop();
  expect(result.code, result.stdout + result.stderr).toBe(1);
  expect(result.stderr).toMatch(/ON `app`.`orders` TO 'z_one_column'@'%';/);
  expect(result.stderr).not.toContain("'back\\\\slash'");
  expect(openJournals(lab)).toHaveLength(1);
  await unlock();
  const recovered = await runCommand('mha_recover', [`--conf=${lab.confFile}`]);
  expect(recovered.code, recovered.stdout + recovered.stderr).toBe(0);
  expect(await clusterState(lab)).toEqual(before);
});

/** The last step fails, and from then on the lock is held. */
function spoilLastStep(sql: string): void {
  proxied.proxy(0).inject({
    when: 'before',
    match: (s) => s.sql.includes('SET GLOBAL read_only = 1'),
    fate: async () => {
      await lock(0, sql);
      return { error: 'made to fail' };
    },
  });
}

/** Does what the message says, as an operator would with the mariadb client. */
async function runByHand(message: string): Promise<void> {
  const statements = message.split('\n').flatMap((line) => /^ {4,}(\S.*;.*)$/.exec(line)?.[1] ?? []);
  expect(statements.length, message).toBeGreaterThan(0);
  expect(message).toContain(`on ${proxied.proxy(0).host}:3306, with SET SESSION sql_log_bin=0 first:`);
  await lab.server(0).adminAll(['SET SESSION sql_log_bin=0', ...statements.map((s) => s.replace(/;(\s+-- .*)?$/, ''))]);
}
