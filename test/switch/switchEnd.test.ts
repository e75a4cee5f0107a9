import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { bin, type Command, runCommand } from '../support/commands.ts';
import { start } from '../support/scenes/mha.ts';
import { useLab } from '../support/useLab.ts';
import { SQL } from '../tools/lab/kind.ts';

const lab = useLab({ stock: ['CREATE TABLE app.orders (id INT PRIMARY KEY)'], eachTest: true });
let go: string;

beforeEach(() => {
  go = join(lab.folder, 'go');
  rmSync(go, { force: true });
});

const name = (index: number) => `${lab.server(index).host}:3306`;
const conf = () => `--conf=${lab.confFile}`;

/** The hook that MHA calls ends its `start` only once `work` has been done. */
async function meanwhile(hook: Command, wrapper: Command, args: readonly string[], work: () => Promise<void>) {
  const script = join(lab.folder, 'slow-hook');
  const wait = `case "$1" in --command=start) echo opened, waiting; until [ -e ${go} ]; do sleep 0.1; done ;; esac`;
  writeFileSync(script, `#!/bin/sh\n${bin(hook)} ${conf()} "$@"; code=$?\n${wait}\nexit $code\n`, { mode: 0o755 });
  lab.configure({ [`${hook}_script`]: script });
  const run = await start(bin(wrapper), [conf(), ...args]);
  await run.printed('opened, waiting');
  await work();
  writeFileSync(go, '');
  const { code, stdout, stderr } = await run.ended;
  expect(existsSync(go)).toBe(true);
  return { code, end: (stdout + stderr).slice((stdout + stderr).indexOf('masterha_master_switch ended with')) };
}

describe('mysql_failover', () => {
  it('names the master that it made, and the crashed one that came back as the second one', async () => {
    await lab.server(0).kill9();
    const { code, end } = await meanwhile('master_ip_failover', 'mysql_failover', [lab.server(0).host], async () => {
      await lab.server(0).start();
      await lab.server(0).admin('SET GLOBAL read_only = 0');
    });
    const made = (await lab.dump()).findIndex((s, i) => i > 0 && !s.readOnly);
    expect(code, end).toBe(1);
    expect(end).toContain(`TWO MASTERS: ${name(made)} and ${name(0)} both take writes`);
    expect(end).toContain(
      `${name(0)} takes writes as well as the master ${name(made)}: SET GLOBAL read_only = 1 on ${name(0)}`,
    );
  });

  it('of a living master says that it is the master', async () => {
    const { code, stdout } = await runCommand('mysql_failover', [lab.server(0).host, conf()]);
    expect(code).not.toBe(0);
    expect(stdout).toContain(`The master is ${name(0)}.`);
    expect(stdout).toContain(`${name(0)} is alive and the master: mysql_online_failover moves a living master`);
    expect(stdout).not.toContain('keep it down');
  });
});

describe('mysql_online_failover', () => {
  const online = (work: () => Promise<void>) =>
    meanwhile('master_ip_online_change', 'mysql_online_failover', [`--new_master_host=${lab.server(1).host}`], work);

  it('names the new master', async () => {
    const { code, end } = await online(async () => {});
    expect(code, end).toBe(0);
    expect(end).toContain(`The master is ${name(1)}.`);
  });

  it('lists the replication from the old master that MHA leaves when a replica dies', async () => {
    const { code, end } = await online(() => lab.server(2).kill9());
    expect(code, end).toBe(10);
    expect(end).toContain(`The master is ${name(1)}.`);
    expect(end).toContain(`${name(1)} is the master and still replicates from ${name(0)} `);
    expect(end).toContain(`${SQL.stop}; ${SQL.forget}`);
    const { stdout } = await runCommand('mysql_replica_status', [conf()]);
    expect(stdout).toMatch(new RegExp(`${name(1)} +master`));
    expect(stdout).toContain(`    replica of ${name(1)}`);
    expect(stdout).not.toContain('behind');
    expect(stdout.replace(/\s+/g, ' ')).toContain(`${name(1)} is the master, and a switch left its replication`);
    await lab.server(1).adminAll([SQL.stop, SQL.forget]);
    const mended = await runCommand('mysql_replica_status', [name(0), name(1), conf()]);
    expect(mended.stdout).not.toContain('left its replication');
  });
});
