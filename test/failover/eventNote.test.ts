import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../support/commands.ts';
import { journalFolder } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';
import { eventsOf } from '../support/zoo/zoo.ts';
import { deadMasterSwitch, runMha } from '../tools/lab/mha.ts';

const each = [{}, { candidate_master: 1 }, { no_master: 1 }];
const create = (name: string, state: string) => `CREATE EVENT app.${name} ON SCHEDULE EVERY 1 DAY ${state} DO DO 0`;
const lab = useLab({
  mhaEach: each,
  stock: [create('runs', 'ENABLE'), create('rests', 'DISABLE'), create('ended', ''), create('begun', 'DISABLE')],
  eachTest: true,
});

const note = () => join(journalFolder(lab), `${lab.server(0).host}_3306.events`);
const statusByMha = () => runMha('masterha_check_repl', [`--conf=${lab.confFile}`]);
const onAtNewMaster = async () =>
  (await eventsOf(lab.server(1)))
    .flatMap(({ name, status }) => (status === 'ENABLED' ? [name.replace('app.', '')] : []))
    .sort();

async function failover(): Promise<string> {
  await lab.server(0).kill9();
  const result = await deadMasterSwitch(lab.confFile, lab.server(0));
  expect(result.code, lab.readManagerLog()).toBe(0);
  return lab.readManagerLog();
}

describe('events that were off at the dead master', () => {
  it('stay off: the manager’s status noted which ones; what was altered since is switched on and named', async () => {
    expect((await statusByMha()).code).toBe(0);
    expect(statSync(note()).mode & 0o777).toBe(0o600);
    // In another second than their creation: the server counts whole seconds.
    await lab
      .server(0)
      .adminAll([
        'DO SLEEP(1.1)',
        'ALTER EVENT app.ended DISABLE',
        'ALTER EVENT app.begun ENABLE',
        'CREATE EVENT app.late ON SCHEDULE EVERY 1 DAY DISABLE DO DO 0',
      ]);
    await lab.waitReplicasLevel();
    const log = await failover();
    expect(await onAtNewMaster()).toEqual(['begun', 'ended', 'late', 'runs']);
    expect(log).toContain('events left off, as they were at the dead master: app.rests');
    expect(log).toContain('which of them were off at the dead master: app.begun, app.ended, app.late');
  });

  it.each([
    ['without a note', () => {}],
    ['with a note that is none', () => writeFileSync(note(), '{"format":1,"events":[7]}')],
  ])('are switched on and all named %s', async (_, spoil) => {
    if (_ !== 'without a note') expect((await statusByMha()).code).toBe(0);
    spoil();
    const log = await failover();
    expect(await onAtNewMaster()).toEqual(['begun', 'ended', 'rests', 'runs']);
    expect(log).toContain('which of them were off at the dead master: app.begun, app.ended, app.rests, app.runs');
  });

  it('stay off without a word of doubt if nothing was altered', async () => {
    expect((await statusByMha()).code).toBe(0);
    const log = await failover();
    expect(await onAtNewMaster()).toEqual(['ended', 'runs']);
    expect(log).not.toContain('cannot know');
  });

  it('are not noted of a server that is read_only, nor by mha_check', async () => {
    await lab.server(0).admin('SET GLOBAL read_only = 1');
    await runCommand('mha_check', [`--conf=${lab.confFile}`]);
    const args = ['--command=status', `--conf=${lab.confFile}`, `--orig_master_host=${lab.server(0).host}`];
    expect((await runCommand('master_ip_failover', args)).code).toBe(0);
    expect(existsSync(note())).toBe(false);
    await lab.server(0).admin('SET GLOBAL read_only = 0');
    expect((await runCommand('master_ip_failover', args)).code).toBe(0);
    expect(existsSync(note())).toBe(true);
  });
});
