import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../support/commands.ts';
import { closedPhases, expectNothingLost, openJournals, underLoad } from '../support/scenes/mha.ts';
import { ANY_LAG, useLab } from '../support/useLab.ts';
import { rightsOf } from '../support/zoo/zoo.ts';
import { onlineSwitch } from '../tools/lab/mha.ts';
import { findProgram } from '../tools/lab/processes.ts';
import { run } from '../tools/lab/run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const lab = useLab({ settings: ANY_LAG, eachTest: true });

describe('mysql_online_failover', () => {
  it('needs no argument if the package’s conf/ holds the one configuration', async () => {
    const place = join(lab.folder, 'package');
    mkdirSync(place);
    for (const name of ['bin', 'dist', 'conf', 'package.json'])
      cpSync(join(root, name), join(place, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'));
    cpSync(lab.confFile, join(place, 'conf', 'app1.cnf'));
    const result = await run(join(place, 'bin/mysql_online_failover'), [], { limitMs: 100_000 });
    expect(result.code, result.stdout + result.stderr).toBe(0);
    expect(result.stdout).toMatch(new RegExp(`The master is (${lab.server(1).host}|${lab.server(2).host}):3306`));
    expect((await lab.dump())[0]).toMatchObject({ readOnly: true, io: 'Yes', sql: 'Yes' });
  });

  it('passes on what follows --', async () => {
    const before = await lab.dump();
    const named = [`--conf=${lab.confFile}`, `--new_master_host=${lab.server(1).host}`];
    const result = await runCommand('mysql_online_failover', [...named, '--', '--check_only']);
    const output = result.stdout + result.stderr;
    expect(result.code, output).toBe(0);
    expect(output).not.toContain('privileges revoked');
    expect(output).toContain(`The master is ${lab.server(0).host}:3306`);
    expect(await lab.dump()).toEqual(before);
    const wrong = await runCommand('mysql_online_failover', [...named, '--skip_lock_all_tables']);
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.stderr).toContain("--skip_lock_all_tables is unknown; masterha's own options go after --");
  });

  it('says so if MHA is not installed', async () => {
    const folder = join(lab.folder, 'bare');
    mkdirSync(folder);
    for (const name of ['env', 'node', 'perl', 'sh', 'setpriv']) symlinkSync(findProgram(name), join(folder, name));
    const result = await runCommand('mysql_online_failover', [`--conf=${lab.confFile}`], { env: { PATH: folder } });
    expect(result).toMatchObject({ code: 1 });
    expect(result.stderr).toMatch(/cannot run masterha_master_switch: .*; install mha4mysql-manager/);
    expect(openJournals(lab)).toEqual([]);
  });

  it('refuses to move the master without the hook in MHA’s file', async () => {
    lab.configure({});
    const result = await runCommand('mysql_online_failover', [`--conf=${lab.confFile}`]);
    expect(result).toMatchObject({ code: 1 });
    expect(result.stderr).toContain('sets no master_ip_online_change_script');
    expect((await lab.dump())[0]).toMatchObject({ readOnly: false });
  });
});

describe('masterha_master_switch without the wrapper', () => {
  it('goes back and forth twice; each stop closes the journal that only lacked its check', async () => {
    const rights = await rightsOf(lab.server(0));
    const { load } = await underLoad(lab, async () => {
      for (const index of [1, 0, 1, 0]) {
        const result = await onlineSwitch(lab.confFile, lab.server(index).host);
        expect(result.code, result.stdout + result.stderr).toBe(0);
        await lab.waitReplicasLevel();
        expect(openJournals(lab)).toHaveLength(1);
      }
    });
    expect(closedPhases(lab)).toEqual(['finished', 'finished', 'finished']);
    expect((await lab.dump()).map((state) => state.readOnly)).toEqual([false, true, true]);
    for (const server of lab.servers) expect(await rightsOf(server)).toEqual(rights);
    await expectNothingLost(lab, load);
    const status = await runCommand('mha_recover', [`--conf=${lab.confFile}`]);
    expect(status.code, status.stdout + status.stderr).toBe(0);
    expect(openJournals(lab)).toEqual([]);
  });
});
