import { describe, expect, it } from 'vitest';
import { configureHooks, runCommand } from '../support/commands.ts';
import { openJournals, stateOf } from '../support/scenes/mha.ts';
import { useLab } from '../support/useLab.ts';

const lab = useLab();

const name = (index: number) => `${lab.server(index).host}:3306`;
const online = (...more: string[]) => runCommand('mysql_online_failover', [`--conf=${lab.confFile}`, ...more]);

describe('mysql_online_failover, before it begins', () => {
  it('names the servers that MHA may choose, and no other', async () => {
    configureHooks(lab, [{}, {}, { no_master: '1' }]);
    const { code, stdout, stderr } = await online();
    expect(code, stdout + stderr).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toContain(`MHA chooses the new master (${name(1)}); ${name(0)} becomes`);
    await lab.reset();
  });

  it('refuses a new master that has no_master', async () => {
    configureHooks(lab, [{}, {}, { no_master: '1' }]);
    const before = await stateOf(lab);
    const { code, stdout, stderr } = await online(`--new_master_host=${lab.server(2).host}`);
    expect(code).toBe(1);
    expect(stderr).toContain(`sets no_master = 1 for ${name(2)}`);
    expect(stdout).not.toContain('becomes the master');
    expect(await stateOf(lab)).toEqual(before);
  });

  it('names mysql_failover if the master is dead', async () => {
    configureHooks(lab);
    await lab.server(0).kill9();
    const { code, stdout, stderr } = await online(`--new_master_host=${lab.server(1).host}`, '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain(`${name(0)}, from which the others replicate, does not answer`);
    expect(stderr).toContain(`If it is dead: mysql_failover ${lab.server(0).host}`);
    expect(stdout).not.toContain('becomes the master');
    expect(openJournals(lab)).toEqual([]);
  });
});
