import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Command, onlineArguments, runCommand } from '../support/commands.ts';
import { helperSettings, openJournals } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';
import { secretsIn } from '../support/zoo/secrets.ts';
import { eventsOf, rightsOf, stockZoo } from '../support/zoo/zoo.ts';
import { SQL } from '../tools/lab/kind.ts';
import { changeTo } from '../tools/lab/replication.ts';
import type { RunResult } from '../tools/lab/run.ts';

const lab = useLab({
  ssh: false,
  settings: { kill_after_timeout: 0.5 },
  stock: [
    'CREATE TABLE app.orders (id INT PRIMARY KEY)',
    "CREATE USER teller@'%' IDENTIFIED BY 'zpw-teller'",
    "GRANT SELECT, INSERT ON app.orders TO teller@'%'",
    'CREATE EVENT app.tick ON SCHEDULE EVERY 1 DAY DO DO 0',
  ],
  eachTest: true,
});
let away: string;

beforeEach(() => {
  away = `${lab.confFile}.away`;
  rmSync(away, { force: true });
});

const without = (args: readonly string[], ...names: string[]) =>
  args.filter((arg) => !names.some((name) => arg.startsWith(`--${name}`)));

const startArguments = () => onlineArguments(lab, 'start', lab.server(0), lab.server(1));

async function stop(): Promise<void> {
  const args = onlineArguments(lab, 'stop', lab.server(0), lab.server(1));
  const result = await runCommand('master_ip_online_change', args);
  expect(result.code, result.stdout + result.stderr).toBe(0);
}

async function start(args = startArguments(), command: Command = 'master_ip_online_change'): Promise<RunResult> {
  const result = await runCommand(command, args);
  expect(await secretsIn(lab, [result.stdout, result.stderr])).toEqual([]);
  expect(result.stderr).not.toMatch(/^\s+at .*:\d+/m);
  return result;
}

async function takesWrites(index: number): Promise<boolean> {
  const [row] = await lab.server(index).admin('SELECT @@GLOBAL.read_only AS value');
  return Number(row?.value) === 0;
}

/** The new master takes writes, the exit code lets MHA go on, and the message says what went wrong. */
async function expectOpenedBut(result: RunResult, message: RegExp): Promise<void> {
  expect(result.code, result.stdout + result.stderr).toBe(10);
  expect(result.stderr).toContain('the new master takes writes, but:');
  expect(result.stderr).toMatch(message);
  expect(await takesWrites(1)).toBe(true);
  expect(await takesWrites(0)).toBe(false);
}

describe('start opens the new master and says what else is wrong', () => {
  it('if the configuration is gone', async () => {
    await stop();
    renameSync(lab.confFile, away);
    await expectOpenedBut(await start(), /app1\.cnf: cannot be read/);
  });

  it('if the configuration is garbage', async () => {
    await stop();
    writeFileSync(lab.confFile, 'hostname = nowhere\n\0\xff[');
    await expectOpenedBut(await start(), /app1\.cnf/);
  });

  it('if the helper’s settings are garbage', async () => {
    await stop();
    helperSettings(lab, '[default]\nkill_after_timeout = soon\nno_such_key = 1\n[[[');
    await expectOpenedBut(await start(), /app1\.helper\.cnf/);
  });

  it.each([
    ['is empty', ''],
    ['is cut off', '{"format":1,"steps":['],
    ['is of another kind', '[]'],
    ['is of another format', '{"format":2,"steps":[]}'],
    ['lacks nearly everything', '{"format":1,"steps":[]}'],
    ['is null', 'null'],
  ])('where the journal %s', async (_, text) => {
    await stop();
    const [path] = openJournals(lab) as [string];
    writeFileSync(path, text);
    await expectOpenedBut(await start(), /the journal \S+\.json cannot be read/);
  });

  it('if the journal is a folder', async () => {
    await stop();
    const [path] = openJournals(lab) as [string];
    rmSync(path);
    mkdirSync(path);
    await expectOpenedBut(await start(), /the journal \S+\.json cannot be read/);
  });

  it.each([
    ['are missing', () => without(startArguments(), 'orig_master'), /--orig_master_host is missing/],
    [
      'have a bad port',
      () => [...startArguments(), '--orig_master_port=many'],
      /--orig_master_port=many is not a port/,
    ],
    [
      'name no server of the configuration',
      () => [...startArguments(), '--orig_master_host=192.0.2.9', '--orig_master_ip=192.0.2.9'],
      /does not list 192\.0\.2\.9/,
    ],
  ] as const)('where the arguments for the original master %s', async (_, args, message) => {
    await stop();
    await expectOpenedBut(await start([...args()]), message);
  });

  it('if a table has gone from the new master since stop, and everybody else has their rights', async () => {
    await lab.server(0).adminAll(["CREATE USER clerk@'%'", "GRANT SELECT ON app.* TO clerk@'%'"]);
    await lab.waitReplicasLevel();
    const before = await rightsOf(lab.server(1));
    await stop();
    await lab.server(1).adminAll(['SET sql_log_bin = 0', 'DROP TABLE app.orders']);
    await expectOpenedBut(await start(), /GRANT SELECT, INSERT ON `app`.`orders` TO 'teller'@'%'.*doesn't exist/);
    expect(await rightsOf(lab.server(1))).toEqual(before);
    expect((await eventsOf(lab.server(1)))[0]?.status).toBe('ENABLED');
  });

  it('if MHA’s arguments hold no credentials, with those of the configuration', async () => {
    await stop();
    const result = await start(without(startArguments(), 'new_master_user', 'new_master_password'));
    expect(result.code, result.stdout + result.stderr).toBe(0);
    expect(await takesWrites(1)).toBe(true);
  });
});

describe('start fails if the new master cannot be opened', () => {
  it('because it is down: exit 1 after several tries', async () => {
    await stop();
    await lab.server(1).kill9();
    const result = await start();
    expect(result.code, result.stdout + result.stderr).toBe(1);
    expect(result.stderr).toMatch(/the new master cannot be opened after 5 tries: .*ECONNREFUSED/);
    expect(await takesWrites(0)).toBe(false);
  });

  it('because it does not let MHA in: exit 1', async () => {
    await stop();
    const result = await start([...startArguments(), '--new_master_password=wrong']);
    expect(result.code, result.stdout + result.stderr).toBe(1);
    expect(result.stderr).toMatch(/cannot be opened after 5 tries: .*Access denied/);
    expect(await takesWrites(1)).toBe(false);
  });

  it('because nobody says which it is: exit 2', async () => {
    await stop();
    const result = await start(without(startArguments(), 'new_master'));
    expect(result.code, result.stdout + result.stderr).toBe(2);
    expect(result.stderr).toContain('--new_master_host is missing');
    expect(await takesWrites(1)).toBe(false);
  });
});

/** What MHA does after `start`: the others become replicas of the new master, from where it was. */
async function repoint(position: Record<string, unknown> | undefined): Promise<void> {
  const change = await changeTo(lab.server(1), lab.repl, position);
  for (const index of [0, 2]) await lab.server(index).adminAll([SQL.stop, change, SQL.start]);
  await lab.server(1).adminAll([SQL.stop, SQL.forget]);
  await lab.waitReplicasLevel();
}

async function stopAndStart(): Promise<RunResult> {
  await stop();
  const [position] = await lab.server(1).admin(SQL.status);
  const result = await start();
  await repoint(position);
  return result;
}

it('after stop and start every account has its rights on every server, and events run on the new master', async () => {
  await lab.server(0).adminAll(['DROP EVENT app.tick', 'DROP TABLE app.orders', "DROP USER teller@'%'"]);
  await stockZoo(lab.server(0));
  await lab.waitReplicasLevel();
  const before = await rightsOf(lab.server(0));
  const on = (await eventsOf(lab.server(0))).filter((e) => e.status === 'ENABLED').map((e) => e.name);
  const result = await stopAndStart();
  expect(result.code, result.stdout + result.stderr).toBe(0);
  for (const server of lab.servers) expect(await rightsOf(server)).toEqual(before);
  const now = await Promise.all(lab.servers.map(eventsOf));
  expect(now.map((events) => events.filter((e) => e.status === 'ENABLED').map((e) => e.name))).toEqual([[], on, []]);
});

describe('with account_mismatch = warn, start stops no replication', () => {
  it.each([
    ['an account', [], "DROP USER teller@'%'"],
    [
      'a role',
      ['CREATE ROLE cashiers', 'GRANT cashiers TO mha@"%" WITH ADMIN OPTION', "GRANT cashiers TO teller@'%'"],
      'DROP ROLE cashiers',
    ],
    ['a table that somebody has rights on', [], 'DROP TABLE app.orders'],
    [
      'a proxied account',
      [
        "CREATE USER boss@'%'",
        "GRANT PROXY ON ''@'%' TO mha@'%' WITH GRANT OPTION",
        "GRANT PROXY ON boss@'%' TO teller@'%'",
      ],
      "DROP USER boss@'%'",
    ],
  ])('where a replica lacks %s', async (_, more, drop) => {
    helperSettings(lab, { kill_after_timeout: 0.5, account_mismatch: 'warn' });
    await lab.server(0).adminAll(more);
    await lab.waitReplicasLevel();
    await lab.server(2).adminAll(['SET sql_log_bin = 0', drop]);
    const before = await Promise.all(lab.servers.map(rightsOf));
    const result = await stopAndStart();
    expect([0, 10], result.stdout + result.stderr).toContain(result.code);
    const states = await lab.dump();
    expect(states[2], result.stdout + result.stderr).toMatchObject({ io: 'Yes', sql: 'Yes', error: undefined });
    expect(states[0]).toMatchObject({ io: 'Yes', sql: 'Yes', error: undefined });
    expect(await rightsOf(lab.server(2))).toEqual(before[2]);
    expect(await rightsOf(lab.server(1))).toEqual(before[1]);
  });
});

describe('master_ip_failover --command=start', () => {
  const deadArguments = () => without(startArguments(), 'orig_master_user', 'orig_master_password', 'orig_master_ssh');

  it('opens the new master and switches its events on, the original master being dead', async () => {
    await lab.server(0).kill9();
    const result = await start(deadArguments(), 'master_ip_failover');
    expect(result.code, result.stdout + result.stderr).toBe(0);
    expect(await takesWrites(1)).toBe(true);
    expect((await eventsOf(lab.server(1)))[0]?.status).toBe('ENABLED');
  });

  it('heeds --log_level, and opens it although the level is unknown', async () => {
    await lab.server(0).kill9();
    const quiet = await start([...deadArguments(), '--log_level=error'], 'master_ip_failover');
    expect([quiet.code, quiet.stdout]).toEqual([0, '']);
    const unknown = await start([...deadArguments(), '--log_level=loud'], 'master_ip_failover');
    expect(unknown.code, unknown.stdout + unknown.stderr).toBe(0);
    expect(unknown.stdout).toContain('--log_level=loud is unknown');
    expect(await takesWrites(1)).toBe(true);
  });

  it('is done, exit 0, if its record cannot be written, and says so', async () => {
    await lab.server(0).kill9();
    const file = `${lab.folder}/no-folder`;
    writeFileSync(file, '');
    helperSettings(lab, { journal_dir: `${file}/below` });
    const result = await start(deadArguments(), 'master_ip_failover');
    expect(result.code, result.stdout + result.stderr).toBe(0);
    expect(result.stdout).toMatch(/the record of this switch cannot be written: .*no-folder/);
    expect(await takesWrites(1)).toBe(true);
  });

  it('opens it if the configuration is gone, with exit 10', async () => {
    await lab.server(0).kill9();
    renameSync(lab.confFile, away);
    const result = await start(deadArguments(), 'master_ip_failover');
    expect(result.code, result.stdout + result.stderr).toBe(10);
    expect(await takesWrites(1)).toBe(true);
  });
});
