import { describe, expect, it } from 'vitest';
import { bin, runCommand } from '../support/commands.ts';
import { expectNothingLost, leftRunning, type Started, start, underLoad } from '../support/scenes/mha.ts';
import { helperSettings } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';
import { isMysql } from '../tools/lab/kind.ts';
import { MHA_ENV } from '../tools/lab/mha.ts';
import { until } from '../tools/lab/wait.ts';

const lab = useLab({ eachTest: true });
const dead = () => lab.server(0);

/** By hand, with our wrapper: MHA's file has no shutdown_script. */
const wrapper = () => start(bin('mysql_failover'), [dead().host, `--conf=${lab.confFile}`]);

/** By MHA's manager, which notices by itself, with mha_fence as shutdown_script. */
async function manager(): Promise<Started> {
  const more = { shutdown_script: `${bin('mha_fence')} --conf=${lab.confFile}` };
  lab.configure({ ...hooks(), ...more });
  const started = await start('masterha_manager', [`--conf=${lab.confFile}`], { env: MHA_ENV });
  await logged('Ping(SELECT) succeeded');
  return started;
}

const hooks = () => ({
  master_ip_online_change_script: `${bin('master_ip_online_change')} --conf=${lab.confFile}`,
  master_ip_failover_script: `${bin('master_ip_failover')} --conf=${lab.confFile}`,
});

const logged = (text: string) =>
  until(
    `MHA logging ${text}`,
    60_000,
    () => lab.readManagerLog().includes(text),
    () => lab.readManagerLog().slice(-3000),
  );

/** MHA's log after a failover in which the old master did `meanwhile` while the new one was prepared. */
async function failover(by: 'wrapper' | 'manager', dies: () => Promise<unknown>, meanwhile: () => Promise<unknown>) {
  const { result, load } = await underLoad(lab, async () => {
    const running = by === 'manager' ? await manager() : undefined;
    await dies();
    const failing = running ?? (await wrapper());
    await logged('Phase 3: Master Recovery Phase');
    await meanwhile();
    return failing.ended;
  });
  const log = result.stdout + lab.readManagerLog();
  expect(result.code, log).toBe(0);
  return { log, load, printed: result.stdout };
}

describe.skipIf(isMysql).each(['wrapper', 'manager'] as const)('under load, with MHA’s %s', (by) => {
  it('a master that hangs, and wakes up during the failover, has lost nothing', async () => {
    const { pid } = dead();
    const wake = () => pid !== undefined && dead().running && process.kill(pid, 'SIGCONT');
    const { log, load, printed } = await failover(
      by,
      async () => process.kill(pid as number, 'SIGSTOP'),
      async () => wake(),
    );
    expect(dead().running).toBe(false);
    expect(load.acknowledged.length).toBeGreaterThan(500);
    await expectNothingLost(lab, load);
    expect(log).toMatch(new RegExp(`is fenced: ended \\w+ \\(pid ${pid}\\) with KILL`));
    expect(log).toContain('Fetching dead master');
    expect(log).not.toContain('NOT FENCED');
    if (by === 'wrapper') expect(printed).toMatch(/3306 was fenced: ended/);
    else expect(log).toContain('SSH reachable. Shutting down mysqld done');
    expect(leftRunning(lab)).toEqual([]);
  });

  it('a master that dies, and is started during the failover, takes no write', async () => {
    const { log, load } = await failover(
      by,
      () => dead().kill9(),
      () => dead().launch(),
    );
    await until('the end of the old master', 30_000, () => !dead().running);
    expect(load.acknowledged.length).toBeGreaterThan(500);
    await expectNothingLost(lab, load);
    expect(log).toMatch(/is fenced: no process of it runs on its host; a guard/);
  });
});

describe.skipIf(isMysql)('a dead master whose host does not answer ssh', () => {
  const noSsh = () => lab.configure(hooks(), [{ ssh_port: 1 }]);

  it('is not failed over from with fence_needed = yes: nothing is opened, and the end says why', async () => {
    noSsh();
    helperSettings(lab, { fence_needed: 'yes' });
    await dead().kill9();
    const result = await (await wrapper()).ended;
    expect(result.code, result.stdout).not.toBe(0);
    expect(result.stdout).toMatch(/NOT FENCED: .*does not answer ssh.*No failover \(fence_needed\)/);
    expect(result.stdout).toMatch(/3306 was NOT FENCED and may still take writes/);
    const alive = (await lab.dump()).filter(({ running }) => running);
    expect(alive.map(({ readOnly }) => readOnly)).toEqual([true, true]);
  });

  it('is failed over from without it, and the end and the record say that it is not fenced', async () => {
    noSsh();
    await dead().kill9();
    const result = await (await wrapper()).ended;
    expect(result.stdout).toContain('completed successfully');
    expect(result.stdout).toMatch(/3306 was NOT FENCED and may still take writes/);
    const record = await runCommand('mha_report', [`--conf=${lab.confFile}`, '--json']);
    expect(record.stdout).toContain('was NOT FENCED and may still take writes: its host does not answer ssh');
  });
});
