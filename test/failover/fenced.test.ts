import { describe, expect, it } from 'vitest';
import { bin, configureHooks } from '../support/commands.ts';
import { expectNothingLost, leftRunning, type Started, start, underLoad } from '../support/scenes/mha.ts';
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
  configureHooks(lab);
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
