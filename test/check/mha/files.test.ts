import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { configureHooks, runCommand } from '../../support/commands.ts';
import { CONFIGURED, check, hooksAnd, outputs } from '../../support/mhaCheck.ts';
import { helperSettings } from '../../support/state/state.ts';
import { useLab } from '../../support/useLab.ts';
import { secretsIn } from '../../support/zoo/secrets.ts';
import { isMysql } from '../../tools/lab/kind.ts';

const lab = useLab({ mysqld: CONFIGURED });

beforeEach(() => {
  configureHooks(lab);
  helperSettings(lab);
});

describe('files and folders', () => {
  it('MHA’s file may be read or written by others, or is another’s', async () => {
    chmodSync(lab.confFile, 0o640);
    expect((await check(lab)).only('file_readable')).toMatchObject({
      level: 'warning',
      where: lab.confFile,
      statements: [`chmod 600 ${lab.confFile}`],
    });
    chmodSync(lab.confFile, 0o662);
    helperSettings(lab, { kill_after_timeout: 1 });
    const settings = lab.confFile.replace(/cnf$/, 'helper.cnf');
    chmodSync(settings, 0o666);
    const refused = (where: string, text: RegExp) =>
      ({ level: 'error', code: 'configuration', where, text: expect.stringMatching(text) }) as const;
    expect((await check(lab)).findings).toMatchObject([refused(lab.confFile, /not trusted: others .*chmod go-w/)]);
    chmodSync(lab.confFile, 0o600);
    expect((await check(lab)).findings).toMatchObject([refused(settings, /not trusted: others .*chmod go-w/)]);
    chmodSync(settings, 0o644);
    if (process.getuid?.() === 0) {
      chownSync(lab.confFile, 12_345, 0);
      expect((await check(lab)).findings).toMatchObject([refused(lab.confFile, /belongs to user id 12345/)]);
      chownSync(lab.confFile, 0, 0);
    }
    expect((await check(lab)).findings).toEqual([]);
  });

  it('MHA’s file is missing, or has a parameter that MHA does not know', async () => {
    const missing = join(lab.folder, 'none.cnf');
    const none = await check(lab, [`--conf=${missing}`]);
    expect(none.result.code).toBe(1);
    expect(none.only('configuration')).toMatchObject({ level: 'error', where: missing });
    lab.configure({ kill_after_timeout: 5 });
    const unknown = (await check(lab)).only('configuration');
    expect(unknown).toMatchObject({ level: 'error', where: lab.confFile });
    expect(unknown.text).toMatch(/kill_after_timeout: MHA 0\.58 knows no parameter of this name/);
  });

  it('the settings hold mistakes: each is reported, with its line', async () => {
    helperSettings(lab, '[default]\nkil_after_timeout = 5\nssl = perhaps\n');
    const { findings } = await check(lab);
    expect(findings).toMatchObject([
      { level: 'error', code: 'configuration', text: expect.stringMatching(/^line 2: .*kil_after_timeout/) },
      { level: 'error', code: 'configuration', text: expect.stringMatching(/^line 3: .*ssl/) },
    ]);
  });

  it('folders are missing, or are no folders', async () => {
    const block = join(lab.folder, 'a-file');
    writeFileSync(block, '');
    helperSettings(lab, { journal_dir: join(block, 'journal') });
    hooksAnd(lab, { manager_workdir: join(lab.folder, 'not-there'), remote_workdir: join(block, 'work') });
    const found = await check(lab);
    expect(found.only('folder_missing')).toMatchObject({ level: 'warning', where: join(lab.folder, 'not-there') });
    expect(found.only('folder_not_writable')).toMatchObject({ level: 'error', where: join(block, 'journal') });
    const remote = found.findings.filter(({ code }) => code === 'remote_workdir');
    expect(remote).toHaveLength(3);
    // With GTIDs MHA does without it.
    expect(remote[0]).toMatchObject({ level: isMysql ? 'warning' : 'error', where: `${lab.server(0).host}:3322` });
  });
});

describe('wrong arguments', () => {
  it.each([
    [['--acounts'], /--acounts is unknown/],
    [['--print_config', '--json'], /--print_config excludes --accounts and --json/],
    [['--show_passwords'], /--show_passwords needs --print_config/],
    [['--conf='], /--conf needs a value/],
  ])('%j: exit 2', async (args, text) => {
    const result = await runCommand('mha_check', args);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(text);
  });
});

it('no password and no hash is in any output', async () => {
  expect(outputs.length).toBeGreaterThan(8);
  expect(await secretsIn(lab, outputs)).toEqual([]);
});
