import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { leftRunning, type Started, start } from '../support/scenes/mha.ts';
import { useLab } from '../support/useLab.ts';
import { isMysql } from '../tools/lab/kind.ts';
import { MHA_ENV } from '../tools/lab/mha.ts';
import { until } from '../tools/lab/wait.ts';

const lab = useLab({ eachTest: true });
let manager: Started | undefined;

afterEach(async () => {
  if (manager !== undefined && leftRunning(lab).length > 0) process.kill(-manager.pid, 'SIGKILL');
  await manager?.ended.catch(() => {});
  manager = undefined;
});

const logged = (text: RegExp | string) =>
  until(`masterha_manager logging ${text}`, 40_000, () => lab.readManagerLog().search(text) >= 0, lab.readManagerLog);

async function startManager(): Promise<Started> {
  lab.configure({ master_ip_failover_script: undefined });
  manager = await start('masterha_manager', [`--conf=${lab.confFile}`, '--ignore_last_failover'], { env: MHA_ENV });
  await logged('Ping\\(SELECT\\) succeeded');
  return manager;
}

const lockHolder = async () =>
  (await lab.server(0).admin("SELECT IS_USED_LOCK('MHA_Master_High_Availability_Monitor') AS id"))[0]?.id;

describe('masterha_manager', () => {
  it('does not fail over from a living master on which its own account is locked', async () => {
    const { ended } = await startManager();
    const master = lab.server(0);
    await master.admin(`ALTER USER ${lab.mha.user}@'%' ACCOUNT LOCK`);
    await master.admin(`KILL ${await lockHolder()}`);
    await logged(/Got MySQL error (3118|4151), but this is not a MySQL crash. Continue health check/);
    expect(await Promise.race([ended, sleep(3_000, 'watching')])).toBe('watching');
    expect(lab.readManagerLog()).not.toContain('Master is down');
    await master.admin(`ALTER USER ${lab.mha.user}@'%' ACCOUNT UNLOCK`);
    await logged(/is not a MySQL crash[\s\S]*Ping\(SELECT\) succeeded/);
    expect((await lab.dump()).map(({ readOnly }) => readOnly)).toEqual([false, true, true]);
  });

  it.runIf(isMysql)('watches a master that wants TLS in one session, and fails over when it dies', async () => {
    for (const { admin } of lab.servers) {
      await admin('SET sql_log_bin = 0');
      await admin('SET GLOBAL require_secure_transport = 1');
    }
    const { ended } = await startManager();
    const holder = await lockHolder();
    await sleep(6_000);
    expect(await lockHolder()).toBe(holder);
    expect(lab.readManagerLog()).not.toMatch(/error on MySQL|Ping failed|Connection failed/i);
    await lab.server(0).admin('CREATE TABLE app.t (id INT PRIMARY KEY)');
    await lab.server(0).admin('INSERT INTO app.t VALUES (1)');
    await lab.waitReplicasLevel();
    await lab.server(0).kill9();
    expect(await ended, lab.readManagerLog()).toMatchObject({ code: 0 });
    const [, next, third] = await lab.dump();
    expect([next?.readOnly, third?.readOnly].sort()).toEqual([false, true]);
    await lab.waitReplicasLevel();
    for (const index of [1, 2]) expect(await lab.server(index).admin('SELECT id FROM app.t')).toEqual([{ id: 1 }]);
  });
});
