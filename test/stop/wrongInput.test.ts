import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { install } from '../support/process/installed.ts';
import { type Call, DEAD, ONLINE, useRefusals, without } from '../support/refusals.ts';
import { helperSettings } from '../support/state/state.ts';

const { lab, online, expectRefused } = useRefusals();

describe('arguments', () => {
  it.each([
    [
      'no command',
      ONLINE,
      () => without(online('stop'), 'command'),
      /--command is missing: one of stop, start, status/,
    ],
    ['no command', DEAD, () => [], /--command is missing: one of stop, stopssh, start, status/],
    ['an empty command', ONLINE, () => online(''), /--command/],
    ['an unknown command', ONLINE, () => online('stopssh'), /--command=stopssh is unknown/],
    ['an unknown command', DEAD, () => ['--command=toString'], /--command=toString is unknown/],
    [
      'stop without hosts',
      ONLINE,
      () => ['--command=stop'],
      /--orig_master_host is missing\n.*--new_master_host is missing/,
    ],
    [
      'stop without the new master',
      ONLINE,
      () => without(online('stop'), 'new_master'),
      /--new_master_host is missing/,
    ],
    ['status without a host', ONLINE, () => ['--command=status'], /--orig_master_host is missing/],
    ['status without a host', DEAD, () => ['--command=status'], /--orig_master_host is missing/],
    ['stopssh without a host', DEAD, () => ['--command=stopssh'], /--orig_master_host is missing/],
    ['start without hosts', DEAD, () => ['--command=start'], /--new_master_host is missing/],
    [
      'a port that is a word',
      ONLINE,
      () => [...online('stop'), '--orig_master_port=many'],
      /--orig_master_port=many is not a port/,
    ],
    ['a port of 0', ONLINE, () => [...online('stop'), '--new_master_port=0'], /--new_master_port=0 is not a port/],
    [
      'a port too high',
      DEAD,
      () => ['--command=status', '--orig_master_host=h', '--orig_master_port=65536'],
      /65536 is not a port/,
    ],
    [
      'a host without a value',
      ONLINE,
      () => [...online('status'), '--orig_master_host='],
      /--orig_master_host needs a value/,
    ],
    ['a word too many', ONLINE, () => [...online('status'), 'please'], /unexpected argument: please/],
  ] as const)('%s (%s): exit 2', async (_, command, args, text) => {
    await expectRefused({ command, args: args() }, 2, text);
  });
});

describe.each([
  ['stop', ONLINE],
  ['status', ONLINE],
  ['status', DEAD],
] as const)('configuration, in %s of %s', (name, command) => {
  const call = (conf: string): Call => ({ command, args: [...without(online(name), 'conf'), `--conf=${conf}`] });

  it('that is not there', async () => {
    await expectRefused(call('/nowhere/app1.cnf'), 1, /\/nowhere\/app1\.cnf: cannot be read as MHA's configuration/);
  });

  it('that is a folder', async () => {
    await expectRefused(call(lab.folder), 1, /cannot be read as MHA's configuration/);
  });

  it.each([
    ['garbage', '\0\x01\xff[[[', /line 1/],
    ['no server', '[server default]\nuser=mha\n', /no server\. Add a section/],
    ['a parameter that MHA does not know', '[server1]\nhostname=127.0.0.1\nsecret=zpw-9\n', /secret/],
    ['another cluster', '[server1]\nhostname=192.0.2.1\n', /does not list 127\./],
  ])('that holds %s', async (_, text, message) => {
    const file = join(lab.folder, 'wrong.cnf');
    writeFileSync(file, text);
    await expectRefused(call(file), 1, message);
  });

  it('of the helper, that is wrong in several places', async () => {
    helperSettings(lab, '[default]\nkill_after_timeout = soon\nkill_fast = 1\n');
    await expectRefused({ command, args: online(name) }, 1, /line 2: .*kill_after_timeout.*\n.*line 3: .*kill_fast/);
  });

  it('that two files of the searched folders hold', async () => {
    const folder = join(lab.folder, 'installed');
    const { conf, bin: programOf } = install(folder);
    try {
      for (const file of ['one.cnf', 'two.conf']) copyFileSync(lab.confFile, join(conf, file));
      const args = without(online(name), 'conf');
      const searching: Call = { command, program: programOf(command), args, env: { MHA_HELPER_CONF: undefined } };
      await expectRefused(searching, 1, /more than one file lists .*--conf=FILE.*\n.*one\.cnf\n.*two\.conf/);
      for (const file of ['one.cnf', 'two.conf']) rmSync(join(conf, file));
      await expectRefused(searching, 1, /no file lists .* Searched:\n(.*\n)*.*installed\/conf: no \*\.cnf or \*\.conf/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
