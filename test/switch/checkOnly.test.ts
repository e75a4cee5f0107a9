import { describe, expect, it } from 'vitest';
import { configureHooks, runCommand } from '../support/commands.ts';
import { CONFIGURED, check, outputs } from '../support/mhaCheck.ts';
import { start } from '../support/scenes/mha.ts';
import { clusterState } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';
import { secretsIn } from '../support/zoo/secrets.ts';
import { MHA_ENV } from '../tools/lab/mha.ts';
import { until } from '../tools/lab/wait.ts';

const lab = useLab({ mysqld: CONFIGURED });

const checkOnly = async (args: readonly string[] = []) => {
  const result = await runCommand('mysql_online_failover', [`--conf=${lab.confFile}`, '--check_only', ...args]);
  outputs.push(result.stdout, result.stderr);
  return result;
};

describe('mysql_online_failover --check_only', () => {
  it('runs mha_check and MHA’s own checks, passes, and changes nothing', async () => {
    const before = await clusterState(lab);
    const result = await checkOnly([`--new_master_host=${lab.server(1).host}`]);
    expect(result.code, result.stdout + result.stderr).toBe(0);
    expect(result.stdout).toContain('MySQL Replication Health is OK.');
    expect(result.stdout).toContain('--check_only is set. Exit.');
    expect(result.stdout).toMatch(
      /\nmha_check: passed\nmasterha_check_repl: passed\nmasterha_master_switch --check_only: passed\n$/,
    );
    expect(result.stdout).not.toContain('dummy host');
    expect(await clusterState(lab)).toEqual(before);
  });

  it('while masterha_manager runs, mha_check notes it, and --check_only fails as the switch would', async () => {
    const manager = await start('masterha_manager', [`--conf=${lab.confFile}`], { env: MHA_ENV });
    try {
      await until('the manager', 30_000, () => lab.readManagerLog().includes('Ping(SELECT) succeeded'));
      expect((await check(lab)).only('manager_running')).toMatchObject({
        level: 'note',
        where: lab.confFile,
        text: expect.stringContaining(`process id ${manager.pid}`),
      });
      const result = await checkOnly();
      expect(result.code).toBe(1);
      expect(result.stdout).toMatch(/MHA Monitor runs on the current master/);
      expect(result.stdout).toMatch(/\nmasterha_check_repl: passed\nmasterha_master_switch --check_only: FAILED\n$/);
    } finally {
      process.kill(manager.pid, 'SIGTERM');
      await manager.ended;
    }
    expect((await check(lab)).codes).toEqual([]);
  });

  it('fails if mha_check finds an error that MHA does not look for', async () => {
    lab.configure({});
    const result = await checkOnly();
    configureHooks(lab);
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/^error {4}.*sets no\s+master_ip_online_change_script/m);
    expect(result.stdout).toMatch(
      /\nmha_check: FAILED\nmasterha_check_repl: passed\nmasterha_master_switch --check_only: passed\n$/,
    );
  });

  it('stops at a configuration that cannot be read', async () => {
    lab.configure({ kill_after_timeout: 5 });
    const result = await checkOnly();
    configureHooks(lab);
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/^1 error, 0 warnings, 0 notes: not ready for a switch\n$/m);
  });

  it('no password and no hash is in any output', async () => {
    expect(await secretsIn(lab, outputs)).toEqual([]);
  });
});
