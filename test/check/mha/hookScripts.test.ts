import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/clock.ts';
import { readMhaConfig } from '../../../src/config/mha/mhaConfig.ts';
import { checkHooks } from '../../../src/procedures/check/mha/hooks.ts';
import type { Surroundings } from '../../../src/procedures/check/mha/inputs.ts';
import { bin, configureHooks } from '../../support/commands.ts';
import { check, hooksAnd, outputs } from '../../support/mhaCheck.ts';
import { install } from '../../support/process/installed.ts';
import { helperSettings } from '../../support/state/state.ts';
import { useLab } from '../../support/useLab.ts';
import { secretsIn } from '../../support/zoo/secrets.ts';
import { ROOT } from '../../tools/lab/root.ts';

const lab = useLab();

beforeEach(() => {
  configureHooks(lab);
  helperSettings(lab);
});

describe('hooks', () => {
  const online = 'master_ip_online_change_script';
  const conf = () => `--conf=${lab.confFile}`;

  it('are not configured', async () => {
    lab.configure({});
    const { findings } = await check(lab);
    expect(findings).toMatchObject([
      { level: 'error', code: 'hook_missing', statements: [`${online} = ${bin('master_ip_online_change')} ${conf()}`] },
      { level: 'error', code: 'hook_missing', text: expect.stringContaining('master_ip_failover_script') },
    ]);
  });

  it('are in the file, but for one server only', async () => {
    configureHooks(lab, [{}, { [online]: '' }]);
    expect((await check(lab)).only('hook_missing').text).toContain(`${online} of [server2]`);
  });

  const script = (name: string, text: string, mode = 0o755) => {
    const path = join(lab.folder, name);
    rmSync(path, { force: true });
    writeFileSync(path, text, { mode });
    return path;
  };

  it.each([
    ['hook_not_executable', 'error', /does not exist/, () => '/nowhere/master_ip_online_change'],
    ['hook_not_executable', 'error', /is not executable/, () => script('plain', '#!/bin/sh\n', 0o644)],
    ['hook_not_executable', 'error', /relative path/, () => 'bin/master_ip_online_change'],
    ['hook_not_executable', 'error', /not in PATH/, () => 'no_such_hook'],
    ['hook_wrong', 'error', /is master_ip_failover$/, () => `${bin('master_ip_failover')} ${conf()}`],
    ['hook_foreign', 'warning', /not this package/, () => script('foreign', '#!/bin/sh\nexit 0\n')],
    ['hook_unclear', 'warning', /more than a program/, () => `cd / && ${bin('master_ip_online_change')} ${conf()}`],
    ['hook_fails', 'error', /node/, () => `PATH=/nowhere ${bin('master_ip_online_change')} ${conf()}`],
    ['hook_conf', 'error', /which does not exist/, () => `${bin('master_ip_online_change')} --conf=/nowhere/app1.cnf`],
    ['hook_conf', 'error', /not the file that is checked/, () => `${bin('master_ip_online_change')} --conf ${other()}`],
    ['hook_conf', 'error', /relative/, () => `${bin('master_ip_online_change')} --conf=app1.cnf`],
    ['hook_conf', 'error', /finds no file: no file lists/, () => bin('master_ip_online_change')],
  ])('%s, %s: %s', async (code, level, text, value) => {
    hooksAnd(lab, { [online]: value() });
    const found = await checkHooks(await surroundings());
    expect(found).toMatchObject([{ code, level, where: online, text: expect.stringMatching(text) }]);
    expect(found[0]?.advice).toBeTruthy();
  });

  it.each([
    ['the script itself', (folder: string) => chmodSync(join(folder, 'hook'), 0o757), /hook: not trusted: others/],
    ['its folder', (folder: string) => chmodSync(folder, 0o777), /writable is not trusted: others/],
  ] as const)('may be written by everybody: %s', async (_, open, text) => {
    const folder = join(lab.folder, 'writable');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    writeFileSync(join(folder, 'hook'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    const scripts = { shutdown_script: `/bin/sh ${folder}/hook`, report_script: `${folder}/hook --x` };
    hooksAnd(lab, scripts);
    expect(await checkHooks(await surroundings())).toEqual([]);
    open(folder);
    const found = await checkHooks(await surroundings());
    const wanted = { level: 'error', code: 'hook_writable', text: expect.stringMatching(text) };
    expect(found).toMatchObject([
      { ...wanted, where: 'shutdown_script' },
      { ...wanted, where: 'report_script' },
    ]);
  });

  /** The rest of a check takes long, and is the same each time. */
  const surroundings = async (): Promise<Surroundings> => ({
    config: await readMhaConfig(lab.confFile),
    ...{ globalConf: undefined, settingsFile: undefined, journalDirs: [], sslKeys: [], journals: [], servers: [] },
    ...{ master: undefined, env: process.env, clock: systemClock, signal: new AbortController().signal },
    packageFolder: (name) => join(ROOT, name),
    packageVersion: JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version,
  });

  function other(): string {
    const file = join(lab.folder, 'other.cnf');
    copyFileSync(lab.confFile, file);
    return file;
  }

  it('without --conf find the one file that lists the servers, and not two', async () => {
    const folder = join(lab.folder, 'installed');
    const { bin: installed, conf: confFolder } = install(folder);
    symlinkSync(lab.confFile, join(confFolder, 'app1.cnf'));
    const hook = installed('master_ip_online_change');
    hooksAnd(lab, { [online]: hook });
    expect(await checkHooks(await surroundings())).toEqual([]);
    copyFileSync(lab.confFile, join(confFolder, 'app2.cnf'));
    expect((await checkHooks(await surroundings()))[0]?.text).toMatch(/more than one file/);
    hooksAnd(lab, { [online]: `MHA_HELPER_CONF=${lab.confFile} ${hook}` });
    expect(await checkHooks(await surroundings())).toEqual([]);
  });

  it('other scripts that are not there', async () => {
    hooksAnd(lab, { report_script: '/nowhere/report', secondary_check_script: 'masterha_secondary_check -s x' });
    const found = await check(lab);
    expect(found.only('script_missing')).toMatchObject({ level: 'warning', where: 'report_script' });
  });
});

it('no password and no hash is in any output', async () => {
  expect(outputs.length).toBeGreaterThan(2);
  expect(await secretsIn(lab, outputs)).toEqual([]);
});
