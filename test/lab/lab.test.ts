import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accounts } from '../tools/lab/accounts.ts';
import { type Lab, startLab } from '../tools/lab/lab.ts';
import { missingOn, startLoad } from '../tools/lab/load/load.ts';
import { deadMasterSwitch, onlineSwitch, runMha } from '../tools/lab/mha.ts';

const hooks = { master_ip_online_change_script: '/bin/true', master_ip_failover_script: '/bin/true' };

describe('a lab', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab?.stop());

  const topology = async () => (await lab.dump()).map((state) => [state.readOnly, state.master, state.io, state.sql]);
  const firstTopology = () => {
    const master = `${lab.server(0).host}:3306`;
    return [
      [false, undefined, undefined, undefined],
      [true, master, 'Yes', 'Yes'],
      [true, master, 'Yes', 'Yes'],
    ];
  };

  it('carries a row from the master to every replica', async () => {
    expect(await topology()).toEqual(firstTopology());
    const { user, password } = accounts.app;
    const session = await lab.server(0).connect(user, password, { database: 'app' });
    await session.query('CREATE TABLE t (a INT)');
    await session.query('INSERT INTO t VALUES (42)');
    await session.end();
    await lab.waitReplicasLevel();
    expect(await lab.server(2).admin('SELECT a FROM app.t WHERE a = ?', [42])).toEqual([{ a: 42 }]);
  });

  it('keeps what a server receives while its general log is on', async () => {
    await lab.server(1).startGeneralLog();
    await lab.server(1).admin('SELECT 4711');
    await lab.server(1).stopGeneralLog();
    expect(lab.server(1).readGeneralLog()).toContain('SELECT 4711');
  });

  it("passes MHA's own checks, with MHA's awkward password", async () => {
    const ssh = await runMha('masterha_check_ssh', [`--conf=${lab.confFile}`]);
    expect(ssh, ssh.stdout + ssh.stderr).toMatchObject({ code: 0 });
    const repl = await runMha('masterha_check_repl', [`--conf=${lab.confFile}`]);
    expect(repl, lab.readManagerLog()).toMatchObject({ code: 0 });
  });

  it('is switched by MHA with hooks that do nothing', async () => {
    lab.configure(hooks);
    const result = await onlineSwitch(lab.confFile, lab.server(1).host);
    expect(result, result.stdout + result.stderr).toMatchObject({ code: 0 });
    expect((await topology())[1]).toEqual([false, undefined, undefined, undefined]);
    expect((await topology())[0]?.[1]).toBe(`${lab.server(1).host}:3306`);
  });

  it('goes back to its first topology, without data, accounts and settings of a test', async () => {
    const [master, other] = [lab.server(1), lab.server(2)];
    await master.adminAll([
      'CREATE DATABASE left_over',
      "CREATE USER left_over@'%'",
      'SET GLOBAL max_connections = 77',
    ]);
    await other.kill9();
    await lab.reset();
    expect(await topology()).toEqual(firstTopology());
    expect(await master.admin("SHOW DATABASES LIKE 'left_over'")).toEqual([]);
    expect(await master.admin("SELECT user FROM mysql.user WHERE user = 'left_over'")).toEqual([]);
    expect(await master.admin('SELECT @@max_connections AS value')).toEqual([{ value: 500 }]);
  });

  it('loses nothing under load if the hook makes the original master read-only', async () => {
    lab.configure({ master_ip_online_change_script: readOnlyHook(lab) });
    const load = await startLoad({ servers: lab.servers, idle: 20 });
    const result = await onlineSwitch(lab.confFile, lab.server(1).host);
    const afterSwitch = load.count;
    await expect.poll(() => load.count).toBeGreaterThan(afterSwitch + 100);
    const report = await load.stop();
    expect(result, result.stdout + result.stderr).toMatchObject({ code: 0 });
    await lab.waitReplicasLevel();
    for (const server of lab.servers) expect(await missingOn(server, report)).toEqual([]);
    expect(Object.keys(report.perServer)).toHaveLength(2);
  });

  it('fails over when its master was killed under load', async () => {
    await lab.reset();
    lab.configure(hooks);
    const load = await startLoad({ servers: lab.servers, clients: 4, transactions: true });
    await expect.poll(() => load.count, { timeout: 10_000 }).toBeGreaterThan(500);
    await lab.server(0).kill9();
    const result = await deadMasterSwitch(lab.confFile, lab.server(0));
    expect(result, result.stdout + result.stderr + lab.readManagerLog()).toMatchObject({ code: 0 });
    const afterSwitch = load.count;
    await expect.poll(() => load.count).toBeGreaterThan(afterSwitch + 10);
    const report = await load.stop();
    await lab.waitReplicasLevel();
    for (const server of lab.servers.slice(1)) expect(await missingOn(server, report)).toEqual([]);
    await lab.reset(0, { fresh: true });
    expect(await topology()).toEqual(firstTopology());
  });
});

describe('labs', () => {
  it('run side by side, and leave nothing behind', async () => {
    const labs = await Promise.all([
      startLab({ servers: 2 }),
      startLab({ servers: 2, sameAddress: true, ports: [3306, 3307], ssh: false }),
    ]);
    const [first, second] = labs as [Lab, Lab];
    for (const server of [...first.servers, ...second.servers]) {
      const [row] = await server.admin('SELECT @@tmpdir AS folder');
      expect(row?.folder).toBe(join(dirname(server.dataDir), 'tmp'));
    }
    await first.server(0).admin('CREATE TABLE app.t (a INT)');
    await first.waitReplicasLevel();
    expect(await first.server(1).admin('SHOW TABLES FROM app')).toHaveLength(1);
    expect(await second.server(1).admin('SHOW TABLES FROM app')).toHaveLength(0);
    await first.stop();
    expect(processesNaming(first.folder)).toEqual([]);
    expect(existsSync(first.folder)).toBe(false);
    expect((await second.dump()).map((state) => state.running)).toEqual([true, true]);
    await second.stop();
    expect(processesNaming(second.folder)).toEqual([]);
  });

  it('say why one cannot start, and leave nothing behind', async () => {
    const before = labFolders();
    await expect(startLab({ servers: 1, mysqld: ['--no-such-option'] })).rejects.toThrow(/no-such-option/);
    expect(labFolders()).toEqual(before);
  });
});

/** A hook that makes the original master read-only on `stop`, and does nothing else. */
function readOnlyHook(lab: Lab): string {
  const hook = join(lab.folder, 'read-only-hook');
  const sql = 'mariadb --no-defaults -uroot -S';
  const lines = [`case "$1" in --command=stop) ${sql} ${lab.server(0).socketPath} -e 'SET GLOBAL read_only=1' ;; esac`];
  writeFileSync(hook, `#!/bin/sh\n${lines.join('\n')}\n`, { mode: 0o755 });
  return hook;
}

function labFolders(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`mha-lab-${process.pid}-`));
}

function processesNaming(folder: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
    } catch {
      return false;
    }
  });
}
