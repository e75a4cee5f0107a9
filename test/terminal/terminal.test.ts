import { stripVTControlCharacters } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { bin, runCommand } from '../support/commands.ts';
import { CTRL_C, inTerminal } from '../support/process/terminal.ts';
import { closedPhases, openJournals, processes } from '../support/scenes/mha.ts';
import { useLab } from '../support/useLab.ts';
import { secretsIn } from '../support/zoo/secrets.ts';
import { stockZoo } from '../support/zoo/zoo.ts';

const lab = useLab({ stock: stockZoo });

const name = (index: number) => `${lab.server(index).host}:3306`;
const online = (index: number, ...more: string[]) =>
  inTerminal(bin('mysql_online_failover'), [
    `--conf=${lab.confFile}`,
    `--new_master_host=${lab.server(index).host}`,
    ...more,
  ]);
const plainLength = (line: string) => stripVTControlCharacters(line).trimEnd().length;
const masterNow = async () => (await lab.dump()).find((s) => !s.readOnly)?.id;

describe('mysql_online_failover on a terminal', () => {
  it('shows what is and what will be, asks, and does nothing without a yes', async () => {
    const before = await lab.dump();
    const run = online(1);
    await run.printed('Move the master now? [y/N] ');
    const output = run.output();
    expect(output).toMatch(new RegExp(`${name(0)} .*master`));
    expect(output).toMatch(new RegExp(`${name(2)} .*Yes/Yes`));
    expect(output.replace(/\s+/g, ' ')).toContain(`${name(1)} becomes the master of ${name(0)}, ${name(2)}.`);
    expect(output).toMatch(new RegExp(`\\d+ accounts will be shut out of ${name(0)}`));
    expect(output).toContain('2 scheduled events will run on the new master only');
    run.type('\n');
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('nothing was done');
    expect(await lab.dump()).toEqual(before);
    expect(openJournals(lab)).toEqual([]);
  });

  it('is ended by Ctrl-C while it asks', async () => {
    const run = online(1);
    await run.printed('[y/N] ');
    run.type('\u0003');
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(/interrupted; nothing was done/);
    expect(openJournals(lab)).toEqual([]);
  });

  it('is ended by SIGTERM while it asks', async () => {
    const run = online(1);
    await run.printed('[y/N] ');
    const [pid] = processes(lab).flatMap((p) =>
      /node \S*mysql_online_failover/.test(p) ? [Number.parseInt(p, 10)] : [],
    );
    process.kill(pid as number, 'SIGTERM');
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('interrupted by SIGTERM');
  });

  it('shows MHA’s phases and the steps of the hooks, and what is at the end', async () => {
    const run = online(1);
    await run.printed('[y/N] ');
    run.type('y\n');
    expect(await run.ended, run.output()).toBe(0);
    const output = run.output();
    expect(output).toMatch(/\d+\.\d s {2}MHA: Rejecting updates/);
    expect(output).toMatch(/\d+\.\d s {4}original master .*read_only on: done in \d+ ms/);
    expect(output).not.toContain('[info] * Phase 2');
    expect(output).not.toContain('What MHA wrote:');
    const end = output.slice(output.indexOf('The master is'));
    expect(end).toMatch(new RegExp(`${name(1)} .*master`));
    expect(end).toMatch(new RegExp(`${name(0)} .*Yes/Yes`));
    expect(await masterNow()).toBe(lab.server(1).id);
    expect(await secretsIn(lab, [output])).toEqual([]);
  });

  it('does not ask with --yes, and shows all of MHA’s lines with --verbose', async () => {
    const run = online(0, '--yes', '--verbose');
    expect(await run.ended, run.output()).toBe(0);
    expect(run.output()).not.toContain('[y/N]');
    expect(run.output()).toContain('[info] * Phase 2: Rejecting updates Phase');
    expect(await masterNow()).toBe(lab.server(0).id);
  });

  it('keeps what it says itself in the list, and fits all to the terminal', async () => {
    const run = online(1, '--yes');
    await run.printed('MHA: ');
    run.type(CTRL_C);
    await run.ended;
    const [list = '', rest = ''] = run.output().split('What MHA wrote:');
    expect(list.replace(/\s+/g, ' ')).toMatch(/\d+\.\d s SIGINT: ending MHA; its hook puts back what it changed/);
    expect(list).not.toContain('[warning]');
    const end = rest.slice(rest.indexOf('masterha_master_switch ended with'));
    expect((list + end).split('\n').filter((l) => plainLength(l) > 80)).toEqual([]);
    expect(await masterNow()).toBe(lab.server(0).id);
  });

  it('shows all that MHA wrote if it fails', async () => {
    await lab.server(1).admin('STOP SLAVE SQL_THREAD');
    try {
      const run = online(1, '--yes');
      expect(await run.ended).not.toBe(0);
      expect(run.output()).toContain('What MHA wrote:');
      expect(run.output()).toMatch(/ {2}\w{3} \w{3} [ \d]\d .* - \[info\] \* Phase 1: Configuration Check/);
    } finally {
      await lab.server(1).admin('START SLAVE SQL_THREAD');
    }
  });
});

describe('without a terminal', () => {
  it('mysql_online_failover asks nothing, and shows what it will do and every line of MHA’s', async () => {
    const { code, stdout, stderr } = await runCommand('mysql_online_failover', [
      `--conf=${lab.confFile}`,
      `--new_master_host=${lab.server(1).host}`,
    ]);
    expect(code, stdout + stderr).toBe(0);
    expect(stdout + stderr).not.toContain('[y/N]');
    expect(stdout).toMatch(/\d+ accounts will be shut out/);
    expect(stdout).toContain('[info] * Phase 2: Rejecting updates Phase');
    expect(stdout).not.toContain('\u001b');
  });
});

describe('mysql_failover on a terminal', () => {
  const failover = () => inTerminal(bin('mysql_failover'), [lab.server(1).host, `--conf=${lab.confFile}`]);
  let phases: string[];

  beforeEach(() => {
    phases = closedPhases(lab);
  });

  it('says that a living master is not dead', async () => {
    const run = failover();
    await run.printed('Fail over now? [y/N] ');
    expect(run.output().replace(/\s+/g, ' ')).toContain(`${name(1)} answers: it is not dead`);
    run.type('n\n');
    expect(await run.ended).toBe(1);
    expect(closedPhases(lab)).toEqual(phases);
  });

  it('shows what is left, asks, and fails over', async () => {
    await lab.server(1).kill9();
    const run = failover();
    await run.printed('Fail over now? [y/N] ');
    expect(run.output()).toMatch(new RegExp(`${name(1)} +\\S*not reachable`));
    run.type('yes\n');
    expect(await run.ended, run.output()).toBe(0);
    expect(run.output()).toMatch(/\d+\.\d s {2}MHA: /);
    expect([lab.server(0).id, lab.server(2).id]).toContain((await lab.dump()).find((s) => s.readOnly === false)?.id);
  });
});
