import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { locateConfig, type Search } from '../../../../src/config/mha/locate.ts';
import { cluster, folderOf, messageFrom } from './folder.ts';

const master = { host: '127.0.0.1', ip: '127.0.0.1', port: 3306 };
const find = (search: Search) => locateConfig({ globalFile: '/nonexistent', folders: [], ...search });

it('takes the file that lists the master, by name or address, on its port', async () => {
  const root = folderOf({
    'a/app1.cnf': cluster(['127.0.0.1', '127.0.0.2']),
    'b/app2.conf': cluster(['127.0.0.1', '127.0.0.2'], 3307),
    'c/app3.cnf': cluster(['127.0.0.3']),
  });
  const folders = ['a', 'b', 'c', 'none'].map((name) => join(root, name));
  expect((await find({ folders, master })).file).toBe(join(root, 'a/app1.cnf'));
  expect((await find({ folders, master: { ...master, port: 3307 } })).file).toBe(join(root, 'b/app2.conf'));
  expect((await find({ folders, master: { host: 'db3', ip: '127.0.0.3' } })).file).toBe(join(root, 'c/app3.cnf'));
  expect((await find({ folders, master: { host: 'localhost', port: 3306 } })).file).toBe(join(root, 'a/app1.cnf'));
});

it("looks at the package's own folder too", async () => {
  const root = folderOf({ 'conf/app1.cnf': cluster(['127.0.0.1']) });
  expect((await find({ packageConf: join(root, 'conf'), master })).file).toBe(join(root, 'conf/app1.cnf'));
});

it('prefers --conf, then MHA_HELPER_CONF, to a search', async () => {
  const root = folderOf({ x: cluster(['127.0.0.1']), y: cluster(['127.0.0.1']), 'f/z.cnf': cluster(['127.0.0.1']) });
  const [x, y] = [join(root, 'x'), join(root, 'y')];
  const folders = [join(root, 'f')];
  expect((await find({ conf: x, envConf: y, folders, master })).file).toBe(x);
  expect((await find({ envConf: y, folders, master })).file).toBe(y);
  expect((await find({ envConf: '', folders, master })).file).toBe(join(root, 'f/z.cnf'));
});

it('rejects a named file that does not list the master', async () => {
  const file = join(folderOf({ 'app1.cnf': cluster(['127.0.0.2', '127.0.0.3']) }), 'app1.cnf');
  const message = await messageFrom(find({ conf: file, master }));
  for (const part of ['ConfigError', file, '127.0.0.1:3306', '127.0.0.2:3306, 127.0.0.3:3306']) {
    expect(message).toContain(part);
  }
  expect(await messageFrom(find({ envConf: file, master }))).toContain('MHA_HELPER_CONF');
  expect(await messageFrom(find({ conf: '', master }))).toContain('cannot be read');
});

it('names everything that was looked at if nothing fits, and why', async () => {
  const root = folderOf({
    'a/garbage.cnf': 'nonsense\n',
    'a/my.cnf': '[mysqld]\nport=3306\n',
    'a/other.cnf': cluster(['127.0.0.2']),
    'a/app1.helper.cnf': '[default]\n',
    'a/readme.txt': 'x',
    'b/app1.conf': '[default]\nssl=no\n[server1.example.com]\nssl=yes\n',
    'c/x.txt': '',
  });
  symlinkSync(join(root, 'nowhere'), join(root, 'a/gone.cnf'));
  const message = await messageFrom(find({ folders: ['a', 'b', 'c', 'd'].map((name) => join(root, name)), master }));
  expect(message.split('\n').map((line) => line.trim().replaceAll(root, ''))).toEqual([
    'ConfigError: no file lists 127.0.0.1:3306. Name the file with --conf=FILE or MHA_HELPER_CONF. Searched:',
    '/c: no *.cnf or *.conf',
    '/d: no such folder',
    expect.stringMatching(/^\/a\/garbage\.cnf, line 1: neither/),
    expect.stringMatching(/^\/a\/gone\.cnf: cannot be read as MHA's configuration: ENOENT/),
    '/a/my.cnf: not an application file of MHA',
    '/a/other.cnf: lists 127.0.0.2:3306',
    '/b/app1.conf: not an application file of MHA',
  ]);
});

it('is not stopped by garbage beside the file that fits', async () => {
  const root = folderOf({ 'a.cnf': 'nonsense\n', 'b.cnf': cluster(['127.0.0.1']), 'c.cnf': '[server1]\nx=1\n' });
  expect((await find({ folders: [root], master })).file).toBe(join(root, 'b.cnf'));
  expect((await find({ folders: [root] })).file).toBe(join(root, 'b.cnf'));
});

it('rejects two files that fit, and counts a link to one of them once', async () => {
  const root = folderOf({ 'a/app1.cnf': cluster(['127.0.0.1']), 'b/app2.cnf': cluster(['127.0.0.1', '127.0.0.2']) });
  symlinkSync(join(root, 'a/app1.cnf'), join(root, 'a/link.cnf'));
  symlinkSync(join(root, 'a'), join(root, 'c'));
  const once = await find({ folders: [join(root, 'a'), join(root, 'c')], master });
  expect(once.file).toBe(join(root, 'a/app1.cnf'));
  const message = await messageFrom(find({ folders: [join(root, 'a'), join(root, 'b')], master }));
  for (const part of ['ConfigError', 'more than one', '--conf', 'a/app1.cnf', 'b/app2.cnf'])
    expect(message).toContain(part);
  expect(message).not.toContain('link.cnf');
});

it('takes the only configuration there is if no master is named', async () => {
  const root = folderOf({ 'app1.cnf': cluster(['127.0.0.1']), 'my.cnf': '[mysqld]\n' });
  expect((await find({ folders: [root] })).file).toBe(join(root, 'app1.cnf'));
  expect(await messageFrom(find({ folders: [folderOf({})] }))).toContain('no file is a configuration of MHA');
});
