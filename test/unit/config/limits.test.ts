import { execFileSync } from 'node:child_process';
import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { shellOutput } from '../../../src/adapters/programs/child.ts';
import { parseAccounts } from '../../../src/config/helper/accountPattern.ts';
import { readSettings } from '../../../src/config/helper/helperConfig.ts';
import { locateConfig } from '../../../src/config/mha/locate.ts';
import { readMhaConfig } from '../../../src/config/mha/mhaConfig.ts';
import { until } from '../../tools/lab/wait.ts';
import { cluster, folderOf, messageFrom } from './mha/folder.ts';

const mha = cluster(['127.0.0.1', '127.0.0.2']);
const none = { globalFile: '/nonexistent' };
const read = (root: string) => readMhaConfig(join(root, 'app1.cnf'), none);
const settings = async (root: string) => readSettings(await read(root), { etcDir: join(root, 'etc') });

it('a pattern of many * comes to its end', () => {
  const [many] = parseAccounts(`${'a*'.repeat(40)}b@${'*1'.repeat(40)}`);
  expect(many?.matches('a'.repeat(4000), '1'.repeat(200))).toBe(false);
  expect(many?.matches(`${'a'.repeat(4000)}b`, '1'.repeat(200))).toBe(true);
});

it('stars take as much as they must', () => {
  const fits = (pattern: string, user: string) => parseAccounts(pattern)[0]?.matches(user, 'x');
  for (const user of ['abc', 'ab-abc', 'abcabc', 'abc\nabc']) expect(fits('a*c', user)).toBe(true);
  for (const user of ['', 'ab', 'abcd', 'xabc']) expect(fits('a*c', user)).toBe(false);
  expect([fits('*', ''), fits('**?', ''), fits('**?', 'a'), fits('?*b*', 'ab'), fits('?*b*', 'b')]).toEqual([
    ...[true, false, true, true, false],
  ]);
});

it('a FIFO as a file is refused at once, as MHA’s and as the helper’s', async () => {
  const root = folderOf({ 'a/app1.cnf': mha, 'b/x.txt': '' });
  execFileSync('mkfifo', [join(root, 'a/app1.helper.cnf'), join(root, 'b/app1.cnf')]);
  expect(await messageFrom(settings(join(root, 'a')))).toMatch(
    /a\/app1\.helper\.cnf: cannot be read: not a regular file/,
  );
  expect(await messageFrom(read(join(root, 'b')))).toMatch(/b\/app1\.cnf: cannot be read .*: not a regular file/);
  const master = { host: '127.0.0.1', port: 3306 };
  const found = await locateConfig({ master, folders: [join(root, 'a'), join(root, 'b')], ...none });
  expect(found.file).toBe(join(root, 'a/app1.cnf'));
});

it('a settings file that leads nowhere is not the same as none', async () => {
  const root = folderOf({ 'app1.cnf': mha });
  symlinkSync('nowhere', join(root, 'app1.helper.cnf'));
  expect(await messageFrom(settings(root))).toMatch(/app1\.helper\.cnf: cannot be read: ENOENT/);
});

it('a file that others may write is refused, MHA’s too: both decide what is run', async () => {
  const root = folderOf({ 'app1.cnf': mha, 'app1.helper.cnf': '[default]\n' });
  chmodSync(join(root, 'app1.helper.cnf'), 0o664);
  expect(await messageFrom(settings(root))).toMatch(/helper\.cnf: cannot be read: not trusted: others .*chmod go-w/);
  chmodSync(join(root, 'app1.cnf'), 0o646);
  expect(await messageFrom(settings(root))).toMatch(/app1\.cnf: cannot be read .*: not trusted: others .*chmod go-w/);
});

it('a file of more than a mebibyte is refused', async () => {
  const root = folderOf({ 'app1.cnf': `${mha}${'# more\n'.repeat(200_000)}` });
  expect(await messageFrom(read(root))).toMatch(/app1\.cnf: cannot be read .*longer than 1 MiB/);
});

it('an init script without end is ended, and named', async () => {
  const root = folderOf({ 'app1.cnf': cluster(['127.0.0.1'], 3306, 'init_conf_load_script=yes 27.5.31\n') });
  expect(await messageFrom(read(root))).toMatch(
    /app1\.cnf, .*init_conf_load_script: it printed more than 1048576 bytes/,
  );
  await until('the end of the script', 5000, async () => {
    return (await shellOutput("ps -eo args | grep -c '^yes 27\\.5\\.31'")) === '0\n';
  });
});

it.each(['/proc/self', '/proc/mha-helper', '/sys/../sys/kernel', '/dev/shm/mha-helper'])(
  '%s is no journal_dir',
  async (dir) => {
    const root = folderOf({ 'app1.cnf': mha, 'app1.helper.cnf': `[default]\n\njournal_dir = ${dir}\n` });
    expect(await messageFrom(settings(root))).toMatch(/line 3: \[default\] journal_dir: .* belongs to the kernel/);
  },
);

it('journal_dir is one for the whole cluster, and so is its default', async () => {
  const helper = '[default]\njournal_dir = /a\n[127.0.0.2]\njournal_dir = /b\n';
  const root = folderOf({ 'app1.cnf': mha, 'app1.helper.cnf': helper });
  const message = await messageFrom(settings(root));
  expect(message).toMatch(
    /app1\.helper\.cnf: nothing was done, correct first:\n {2}line 4: \[127\.0\.0\.2\] journal_dir: one folder/,
  );
  const other = folderOf({ 'app1.cnf': `${mha}manager_workdir=/elsewhere\n` });
  const of = await settings(other);
  const dirs = ['127.0.0.1', '127.0.0.2'].map((host) => of({ host, ip: host, port: 3306 }).journalDir);
  expect(dirs).toEqual(['/var/tmp/mha-helper', '/var/tmp/mha-helper']);
});
