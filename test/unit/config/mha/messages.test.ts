import { join } from 'node:path';
import { expect, it } from 'vitest';
import { printable, readMhaConfig, targetOf } from '../../../../src/config/mha/mhaConfig.ts';
import { cluster, folderOf, messageFrom } from './folder.ts';

const none = { globalFile: '/nonexistent' };

it.each([
  ['[server1]\nhostname=127.0.0.1\nhostnme=x\n', ['line 3', '[server1]', 'hostnme']],
  ['[server1]\nhostname=127.0.0.1\nkill_after_timeout=x\n', ['line 3', 'kill_after_timeout', '.helper.cnf']],
  ['[server1]\nhostname=127.0.0.1\nsecret\n', ['line 3', 'name = value']],
  ['\ufeff[server1]\nhostname=127.0.0.1\n', ['line 1', 'byte order mark']],
  ['user=a\n[server1]\nhostname=127.0.0.1\n', ['line 1', '[server default]']],
  ['[server1]\nhostname=127.0.0.1\n\n[serve2]\n', ['line 4', '[serve2]', '[serverN]']],
  ['[server1]\nport=1\n', ['[server1]', 'no hostname']],
  ['[server1]\nhostname="127.0.0.1"\n', ['line 2', '[server1]', 'hostname', 'without quotes']],
  ['[server1]\nhostname=no.such.invalid\n', ['line 2', 'hostname = no.such.invalid:', 'cannot be resolved']],
  ['[server default]\nping_interval="3"\n[server1]\nhostname=127.0.0.1\n', ['line 2', 'ping_interval', 'whole number']],
  ['[server default]\nping_type=x\n[server1]\nhostname=127.0.0.1\n', ['line 2', 'ping_type', 'SELECT']],
  [cluster(['127.0.0.1', '127.0.0.1']), ['[server1] and [server2]', '127.0.0.1 port 3306']],
  ['', ['no server', '[server1]']],
])('says what is wrong and where: %j', async (text, parts) => {
  const file = join(folderOf({ 'app1.cnf': text }), 'app1.cnf');
  const message = await messageFrom(readMhaConfig(file, none));
  for (const part of ['ConfigError', file, ...parts]) expect(message).toContain(part);
});

it('never quotes a line or the output of a script, which may be a password', async () => {
  const folder = folderOf({
    'line.cnf': '[server1]\nhostname=127.0.0.1\nhunter2\n',
    'script.cnf': cluster(['127.0.0.1'], 3306, 'init_conf_load_script=echo hunter2'),
  });
  for (const name of ['line.cnf', 'script.cnf']) {
    const message = await messageFrom(readMhaConfig(join(folder, name), none));
    expect(message).toContain(name === 'line.cnf' ? 'line 3' : 'line 1 of what it prints');
    expect(message).not.toContain('hunter2');
  }
});

it('names a file that is not there, or is a folder', async () => {
  const folder = folderOf({});
  expect(await messageFrom(readMhaConfig(join(folder, 'no.cnf'), none))).toContain('no.cnf: cannot be read');
  expect(await messageFrom(readMhaConfig(folder, none))).toContain('cannot be read');
  expect(await messageFrom(readMhaConfig('', none))).toContain('no file name');
});

it('prints passwords only if asked to', async () => {
  const file = join(
    folderOf({ 'app1.cnf': cluster(['127.0.0.1'], 3307, 'password=p;w\nrepl_password=rp') }),
    'app1.cnf',
  );
  const config = await readMhaConfig(file, none);
  const hidden = JSON.parse(JSON.stringify(printable(config, { showPasswords: false })));
  expect(hidden.servers[0]).toMatchObject({ id: 'server1', port: '3307', password: '***', repl_password: '***' });
  expect(Object.keys(hidden.servers[0]).slice(0, 4)).toEqual(['id', 'hostname', 'ip', 'port']);
  expect(hidden.binlog_servers).toEqual([]);
  expect(JSON.stringify(printable(config, { showPasswords: true }))).toContain('"p;w"');
  const empty = await readMhaConfig(join(folderOf({ a: cluster(['127.0.0.1']) }), 'a'), none);
  expect(printable(empty, { showPasswords: false })).toMatchObject({ servers: [{ password: '' }] });
});

it('makes a target of a server, and refuses what is no port', async () => {
  const root = folderOf({
    good: cluster(['localhost'], 3307, 'user=mha\npassword=p'),
    bad: '[server1]\nhostname=127.0.0.1\nport=65536\n',
  });
  const [server] = (await readMhaConfig(join(root, 'good'), none)).servers;
  const target = server && targetOf(server);
  expect(target).toMatchObject({ host: 'localhost', port: 3307, user: 'mha' });
  expect(target?.password.reveal()).toBe('p');
  expect(JSON.stringify(target)).not.toContain('"p"');
  const [bad] = (await readMhaConfig(join(root, 'bad'), none)).servers;
  expect(() => bad && targetOf(bad)).toThrow(/server1.*port.*65536/);
});

it('is not held up by a long line, as MHA itself is', async () => {
  const file = join(folderOf({ 'app1.cnf': `[${' '.repeat(100_000)}x\n` }), 'app1.cnf');
  const begun = Date.now();
  expect(await messageFrom(readMhaConfig(file, none))).toContain('line 1: neither');
  expect(Date.now() - begun).toBeLessThan(5000);
});

it('names the file that the script stands in', async () => {
  const root = folderOf({
    'app1.cnf': cluster(['127.0.0.1']),
    global: '[server default]\ninit_conf_load_script=echo x\n',
  });
  const globalFile = join(root, 'global');
  expect(await messageFrom(readMhaConfig(join(root, 'app1.cnf'), { globalFile }))).toContain(`${globalFile}, `);
});
