import { describe, expect, it } from 'vitest';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { clusterState, helperSettings } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';
import { rightsOf, stockZoo } from '../support/zoo/zoo.ts';
import { quote } from '../tools/lab/accounts.ts';
import { isMysql, SQL } from '../tools/lab/kind.ts';
import { changeTo } from '../tools/lab/replication.ts';
import type { RunResult } from '../tools/lab/run.ts';

/** How accounts are shut out, whom that does not reach, and what is reported about it. */
const lab = useLab({
  ssh: false,
  // So that a replica runs triggers itself.
  mysqld: ['--binlog-format=STATEMENT'],
  settings: { kill_after_timeout: 0.5 },
  stock: [
    'CREATE TABLE app.tills (id INT PRIMARY KEY)',
    "CREATE USER teller@'%' IDENTIFIED BY 'zpw-teller'",
    "GRANT SELECT, INSERT ON app.* TO teller@'%'",
  ],
  eachTest: true,
});

async function hook(command: string, code = 0): Promise<RunResult> {
  await lab.waitReplicasLevel();
  const result = await runCommand(
    'master_ip_online_change',
    onlineArguments(lab, command, lab.server(0), lab.server(1)),
  );
  expect(result.code, result.stdout + result.stderr).toBe(code);
  return result;
}

async function recover(): Promise<void> {
  const result = await runCommand('mha_recover', [`--conf=${lab.confFile}`]);
  expect(result.code, result.stdout + result.stderr).toBe(0);
}

const teller = () => lab.server(0).connect('teller', 'zpw-teller', { database: 'app' });
const grantsOf = async (who: string) =>
  (await lab.server(0).admin(`SHOW GRANTS FOR ${who}`)).map((row) => String(Object.values(row)[0]));

describe('block_method', () => {
  it('lock: rights stay, nobody gets in, and everybody does afterwards', async () => {
    await stockZoo(lab.server(0));
    await lab.waitReplicasLevel();
    helperSettings(lab, { kill_after_timeout: 0.5, block_method: 'lock' });
    const before = await clusterState(lab);
    const granted = await grantsOf("teller@'%'");
    await hook('stop');
    expect(await grantsOf("teller@'%'")).toEqual(granted);
    await expect(teller()).rejects.toThrow(/locked/);
    await recover();
    expect(await clusterState(lab)).toEqual(before);
    await (await teller()).end();
  });

  it('both: locked and without rights, and all as before afterwards', async () => {
    await stockZoo(lab.server(0));
    await lab.waitReplicasLevel();
    helperSettings(lab, { kill_after_timeout: 0.5, block_method: 'both' });
    const before = await clusterState(lab);
    await hook('stop');
    expect((await grantsOf("teller@'%'")).join()).not.toMatch(/SELECT/);
    await expect(teller()).rejects.toThrow(/locked/);
    await recover();
    expect(await clusterState(lab)).toEqual(before);
  });

  it.each(['lock', 'both'])('%s: unlocks through the binlog when the new master opens', async (method) => {
    helperSettings(lab, { kill_after_timeout: 0.5, block_method: method });
    await lab.server(0).admin("CREATE USER shut@'%' ACCOUNT LOCK");
    await lab.waitReplicasLevel();
    const before = await rightsOf(lab.server(0));
    await hook('stop');
    await switchOver();
    expect(await rightsOf(lab.server(0))).toEqual(before);
    expect(await rightsOf(lab.server(1))).toEqual(before);
  });
});

/** `start`, with writes of a client right after it, and then what MHA does: the original master becomes a replica. */
async function switchOver(write: string[] = []): Promise<void> {
  const [at] = await lab.server(1).admin(SQL.status);
  const start = hookWithoutWaiting('start');
  if (write.length > 0) await writeAsSoonAsPossible(write);
  await start;
  const change = await changeTo(lab.server(1), lab.repl, at);
  await lab.server(2).adminAll([SQL.stop, change, SQL.start]);
  await lab.server(0).adminAll([change, SQL.start]);
  await lab.server(1).adminAll([SQL.stop, SQL.forget]);
  await lab.waitReplicasLevel();
}

async function hookWithoutWaiting(command: string): Promise<void> {
  const result = await runCommand(
    'master_ip_online_change',
    onlineArguments(lab, command, lab.server(0), lab.server(1)),
  );
  expect(result.code, result.stdout + result.stderr).toBe(0);
}

async function writeAsSoonAsPossible(statements: string[]): Promise<void> {
  const session = await lab.server(1).connect('teller', 'zpw-teller', { database: 'app' });
  const done = async (sql: string) =>
    session.query(sql).then(
      () => true,
      () => false,
    );
  for (const sql of statements) await expect.poll(() => done(sql), { interval: 1, timeout: 10_000 }).toBe(true);
  await session.end();
}

describe('what runs with the rights of an account', () => {
  it('goes on doing so on the former master: its definer is locked, and replication never stops', async () => {
    await lab
      .server(0)
      .adminAll([
        'CREATE TABLE app.log (id INT)',
        "CREATE USER maker@'%'",
        "GRANT ALL ON app.* TO maker@'%'",
        "CREATE DEFINER=maker@'%' TRIGGER app.note AFTER INSERT ON app.tills FOR EACH ROW INSERT INTO app.log VALUES (NEW.id)",
        "CREATE USER other@'%'",
        "GRANT DELETE ON app.* TO other@'%'",
      ]);
    await lab.waitReplicasLevel();
    const { stdout } = await hook('stop');
    expect(stdout).toMatch(
      /\[warning\] 'maker'@'%' is locked instead of revoked: trigger app.note runs with its rights/,
    );
    expect((await grantsOf("other@'%'")).join()).not.toContain('DELETE');
    await switchOver(['INSERT INTO tills VALUES (1)']);
    expect((await lab.dump())[0]).toMatchObject({ io: 'Yes', sql: 'Yes', error: undefined });
    expect(await lab.server(0).admin('SELECT id FROM app.log')).toEqual([{ id: 1 }]);
  });
});

describe('whom shutting out does not reach is reported', () => {
  it('accounts that are kept and pass read_only, or log in as one that is shut out', async () => {
    await lab
      .server(0)
      .adminAll([
        "CREATE USER powerful@'%'",
        `GRANT SUPER${isMysql ? '' : ', READ_ONLY ADMIN'} ON *.* TO powerful@'%'`,
        "CREATE USER front@'%'",
        "GRANT PROXY ON teller@'%' TO front@'%'",
        'CREATE ROLE powers',
        `GRANT ${isMysql ? 'CONNECTION_ADMIN' : 'READ_ONLY ADMIN'} ON *.* TO powers`,
        "CREATE USER holder@'%'",
        "GRANT powers TO holder@'%'",
      ]);
    helperSettings(lab, { kill_after_timeout: 0.5, preserve_accounts: 'powerful, front@%, hol*' });
    const { stdout } = await hook('stop');
    expect(stdout).toMatch(/kept, and may write in spite of read_only: .*'holder'@'%' \(.*'powerful'@'%' \(SUPER\)/);
    expect(stdout).toContain("'front'@'%' is kept, but logs in as 'teller'@'%', which is shut out");
    await recover();
  });
});

describe.runIf(isMysql)('MySQL', () => {
  const original = () => lab.server(0);
  const gtids = async () =>
    Promise.all(lab.servers.map(async (s) => (await s.admin('SELECT @@GLOBAL.gtid_executed AS set_'))[0]?.set_));

  it('mandatory roles: no revoke takes them, so everybody is locked, whoever has no right of their own too', async () => {
    await original().adminAll([
      'CREATE ROLE everyones',
      'GRANT INSERT ON app.* TO everyones',
      "CREATE USER bare@'%' IDENTIFIED BY 'zpw-bare'",
      "SET GLOBAL mandatory_roles = 'everyones'",
      'SET GLOBAL activate_all_roles_on_login = ON',
    ]);
    await lab.waitReplicasLevel();
    const before = await clusterState(lab);
    const { stdout } = await hook('stop');
    expect(stdout).toMatch(/are locked instead of revoked: mandatory_roles gives everybody .*'everyones'@'%'/);
    await expect(original().connect('bare', 'zpw-bare')).rejects.toThrow(/locked/);
    await recover();
    expect(await clusterState(lab)).toEqual(before);
  });

  it('partial revokes: who is restricted is locked', async () => {
    for (const server of lab.servers) await server.admin('SET GLOBAL partial_revokes = ON');
    await original().adminAll([
      "CREATE USER partly@'%' IDENTIFIED BY 'zpw-partly'",
      "GRANT SELECT, INSERT ON *.* TO partly@'%'",
      "REVOKE INSERT ON mysql.* FROM partly@'%'",
    ]);
    await lab.waitReplicasLevel();
    const before = await clusterState(lab);
    const { stdout } = await hook('stop');
    expect(stdout).toMatch(/'partly'@'%' is locked instead of revoked: .*a partial revoke/);
    await recover();
    expect(await clusterState(lab)).toEqual(before);
  });

  it('SYSTEM_USER: without it, the MHA account cannot shut out who has it, and stop is refused', async () => {
    await original().adminAll([
      "CREATE USER mighty@'%'",
      "GRANT ALL PRIVILEGES ON *.* TO mighty@'%'",
      `REVOKE SYSTEM_USER ON *.* FROM ${quote(lab.mha.user)}@'%'`,
    ]);
    const { stderr } = await hook('stop', 1);
    expect(stderr).toMatch(/'mighty'@'%' hold SYSTEM_USER.*GRANT SYSTEM_USER ON \*\.\* TO 'mha'@'%'/);
    helperSettings(lab, { kill_after_timeout: 0.5, preserve_accounts: 'mighty' });
    await hook('stop');
    await recover();
  });

  it('super_read_only and GTIDs: as asked, and as before; no transaction of ours', async () => {
    await stockZoo(original());
    await original().admin('DROP EVENT app.tick');
    await lab.waitReplicasLevel();
    const [before, executed] = [await clusterState(lab), await gtids()];
    helperSettings(lab, { kill_after_timeout: 0.5, super_read_only: 'yes' });
    await hook('stop');
    expect(await original().admin('SELECT @@GLOBAL.super_read_only AS value')).toEqual([{ value: 1 }]);
    expect(await gtids()).toEqual(executed);
    await recover();
    expect(await gtids()).toEqual(executed);
    expect(await clusterState(lab)).toEqual(before);
  });

  it('replicas that are super_read_only: closed again after a stop that is undone, open after a start', async () => {
    await stockZoo(original());
    await lab.waitReplicasLevel();
    for (const index of [1, 2]) await lab.server(index).admin('SET GLOBAL super_read_only = 1');
    const before = await clusterState(lab);
    const closed = async () =>
      Promise.all(lab.servers.map(async (s) => (await s.admin('SELECT @@GLOBAL.super_read_only AS value'))[0]?.value));
    await hook('stop');
    await recover();
    expect(await clusterState(lab)).toEqual(before);
    expect(await closed()).toEqual([0, 1, 1]);
    await hook('stop');
    await switchOver();
    expect(await closed()).toEqual([0, 0, 1]);
    for (const server of lab.servers) expect(await rightsOf(server)).toEqual(before.servers[0]?.rights);
  });

  it('an account with two factors', async () => {
    for (const server of lab.servers) {
      await server.adminAll([
        "INSTALL PLUGIN auth_socket SONAME 'auth_socket.so'",
        "SET GLOBAL authentication_policy = '*,*'",
      ]);
    }
    await original().adminAll([
      "CREATE USER twofold@'%' IDENTIFIED BY 'zpw-two' AND IDENTIFIED WITH auth_socket",
      "GRANT INSERT ON app.* TO twofold@'%'",
    ]);
    await lab.waitReplicasLevel();
    const before = await clusterState(lab);
    await hook('stop');
    await recover();
    expect(await clusterState(lab)).toEqual(before);
    await original().admin("DROP USER twofold@'%'");
    await lab.waitReplicasLevel();
    for (const server of lab.servers) await server.admin('UNINSTALL PLUGIN auth_socket');
  });

  it('an MHA account that needs TLS', async () => {
    await original().admin(`ALTER USER ${quote(lab.mha.user)}@'%' REQUIRE SSL`);
    expect((await hook('stop', 1)).stderr).toMatch(/Access denied/);
    helperSettings(lab, { kill_after_timeout: 0.5, ssl: 'yes' });
    await hook('stop');
    await recover();
  });
});

it('takes the rights of accounts that somebody uses last, when all others’ are taken and read back', async () => {
  const master = lab.server(0);
  await master.adminAll(["CREATE USER absent@'%' IDENTIFIED BY 'zpw-absent'", "GRANT SELECT ON app.* TO absent@'%'"]);
  const session = await teller();
  session.on('error', () => {});
  await master.startGeneralLog();
  await hook('stop');
  await master.stopGeneralLog();
  const log = master.readGeneralLog();
  const revoked = (user: string) => new RegExp(`REVOKE ALL[^\\n]*[\`']${user}[\`']`).exec(log)?.index ?? -1;
  const readBack = log.indexOf("SHOW GRANTS FOR 'absent'", revoked('absent'));
  expect(revoked('absent')).toBeGreaterThan(0);
  expect(readBack).toBeGreaterThan(revoked('absent'));
  expect(revoked('teller')).toBeGreaterThan(readBack);
  session.destroy();
});
