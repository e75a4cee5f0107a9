import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSettings } from '../../../../src/config/helper/helperConfig.ts';
import { SETTING_KEYS } from '../../../../src/config/helper/settings.ts';
import { readMhaConfig } from '../../../../src/config/mha/mhaConfig.ts';
import { cluster, folderOf, messageFrom } from '../mha/folder.ts';

const at = (ip: string, port = 3306, host = ip) => ({ host, ip, port });
const addresses = ['127.0.0.1', '127.0.0.2', 'localhost', '::1'];
const mha = `${cluster(addresses.slice(0, 2))}[server3]\nhostname=localhost\nport=3307\n[server4]\nhostname=::1\n`;

async function settingsFrom(text: string | undefined, files: Record<string, string> = {}) {
  const helper: Record<string, string> = text === undefined ? {} : { 'mha/app1.helper.cnf': text };
  const root = folderOf({ 'mha/app1.cnf': mha, ...helper, ...files });
  const config = await readMhaConfig(join(root, 'mha/app1.cnf'), { globalFile: '/nonexistent' });
  return readSettings(config, { etcDir: join(root, 'etc') });
}

const errorFrom = (text: string, files = {}) => messageFrom(settingsFrom(text, files));

it('has a default for everything, and needs no file', async () => {
  const settings = (await settingsFrom(undefined))(at('127.0.0.1'));
  expect(settings).toEqual({
    drainMs: 5000,
    catchUpMs: 10_000,
    maxLagMs: 1000,
    maxOutageMs: 30_000,
    superReadOnly: false,
    preserveAccounts: [],
    accountMismatch: 'refuse',
    blockMethod: 'revoke',
    connectMs: 5000,
    statementMs: 10_000,
    stopMs: 60_000,
    undoMs: 30_000,
    journalDir: '/var/tmp/mha-helper',
    ssl: 'no',
    reportEmail: [],
    smtpHost: { host: 'localhost', port: 25 },
    fence: 'mysqld',
    fenceMs: 10_000,
    fenceNeeded: false,
  });
  expect(Object.isFrozen(settings)).toBe(true);
});

it('reads [default], then a host or address, then host:port', async () => {
  const settingsOf = await settingsFrom(`
[default]
kill_after_timeout = 0.5   ; half a second
super_read_only = "yes"
preserve_accounts = monitor, backup@localhost
[127.0.0.1]
preserve_accounts =
kill_after_timeout=7
[LOCALHOST:3307] # the name as MHA has it
kill_after_timeout = 0
journal_dir = /x/../var/tmp/mha-helper/
[[::1]:3306]
ssl = VERIFY
[::1]
ssl = yes
connect_timeout = .25
`);
  expect(settingsOf(at('127.0.0.2'))).toMatchObject({ drainMs: 500, superReadOnly: true });
  expect(settingsOf(at('127.0.0.2')).preserveAccounts.map(({ text }) => text)).toEqual(['monitor', 'backup@localhost']);
  expect(settingsOf(at('127.0.0.1'))).toMatchObject({ drainMs: 7000, preserveAccounts: [] });
  expect(settingsOf(at('127.0.0.1', 3307, 'localhost'))).toMatchObject({ drainMs: 0 });
  expect(settingsOf(at('::1'))).toMatchObject({ ssl: 'verify', connectMs: 250 });
  expect(() => settingsOf(at('127.0.0.9'))).toThrow(/lists no server 127\.0\.0\.9:3306/);
});

it('lists everything that is wrong, with lines, in one error', async () => {
  const message = await errorFrom(`ssl = no
[default]
kill_after_timout = 5
kill_after_timeout = 3601
kill_after_timeout = 5
connect_timeout = 0
statement_timeout = 1e3
super_read_only = true
account_mismatch
journal_dir = mha
ssl_ca = /no/such/file
preserve_accounts = a,,b
__proto__ = 1
[db9.example.com]
undo_timeout = null
[server1]
[127.0.0.1:3306]
[127.0.0.1
`);
  const lines = message.split('\n').map((line) => line.trim());
  expect(lines[0]).toMatch(/^ConfigError: .*app1\.helper\.cnf/);
  expect(lines.slice(1)).toEqual([
    expect.stringMatching(/^line 1: "ssl" stands before any section/),
    expect.stringMatching(/^line 3: \[default\] kill_after_timout: there is no setting.*kill_after_timeout/),
    expect.stringMatching(/^line 4: .*"3601".* seconds from 0 up to 3600/),
    expect.stringMatching(/^line 5: "kill_after_timeout" is already set/),
    expect.stringMatching(/^line 6: .*connect_timeout: "0".*above 0/),
    expect.stringMatching(/^line 7: .*"1e3"/),
    expect.stringMatching(/^line 8: .*"true" is not one of yes, no/),
    expect.stringMatching(/^line 9: neither/),
    expect.stringMatching(/^line 10: .*"mha" is not an absolute path/),
    expect.stringMatching(/^line 11: .*cannot be read/),
    expect.stringMatching(/^line 12: .*empty name/),
    expect.stringMatching(/^line 13: .*__proto__: there is no setting/),
    expect.stringMatching(/^line 14: \[db9\.example\.com\] is neither \[default\] nor a server.*localhost:3307/),
    expect.stringMatching(/^line 15: .*"null"/),
    expect.stringMatching(/^line 16: \[server1\] is neither/),
    expect.stringMatching(/^line 18: neither/),
  ]);
});

it('rejects times that do not fit into stop_timeout, with the line of the one in force', async () => {
  expect(await errorFrom('[default]\nkill_after_timeout = 60\n')).toMatch(
    /line 2: kill_after_timeout \(60 s, line 2\) must be less than stop_timeout \(60 s by default\)/,
  );
  expect(await errorFrom('[default]\nstop_timeout = 4\n')).toMatch(
    /line 2: kill_after_timeout \(5 s by default\) must be less than stop_timeout \(4 s, line 2\)/,
  );
  const two = '[default]\nstop_timeout = 20\ncatch_up_timeout = 5\n[127.0.0.2]\ncatch_up_timeout = 20\n';
  expect(await errorFrom(two)).toMatch(/line 5: catch_up_timeout \(20 s, line 5\)/);
  expect((await settingsFrom('[default]\nstop_timeout = 6\n'))(at('::1')).stopMs).toBe(6000);
});

it('rejects a max_outage that is too short for what is allowed to take time, with all the lines', async () => {
  expect(await errorFrom('[default]\nkill_after_timeout = 3\nmax_outage = 4\n')).toMatch(
    /line 3: max_outage \(4 s, line 3\) must be at least 5 s: .*kill_after_timeout \(3 s, line 2\).*max_lag \(1 s by default\)/,
  );
  expect(await errorFrom('[default]\nmax_outage = 9\nmax_lag = 5\n')).toMatch(
    /line 2: max_outage \(9 s, line 2\) must be at least 11 s: .*\(5 s by default\).*max_lag \(5 s, line 3\)/,
  );
  expect(await errorFrom('[default]\nmax_outage = never\n')).toMatch(/line 2: .*"never" is not a number .*, or no/);
  const of = async (text: string) => (await settingsFrom(`[default]\n${text}\n`))(at('::1')).maxOutageMs;
  expect(await of('max_outage = 7')).toBe(7000);
  expect(await of('max_outage = No')).toBe(undefined);
});

it('leaves room in max_outage for kill_after_timeout, if it is not set', async () => {
  const settingsOf = await settingsFrom('[default]\nstop_timeout = 99\n[127.0.0.1]\nkill_after_timeout = 50\n');
  expect(['127.0.0.1', '127.0.0.2'].map((ip) => settingsOf(at(ip)).maxOutageMs)).toEqual([55_000, 30_000]);
});

it('rejects one server under two names, and half a pair of certificate and key', async () => {
  expect(await errorFrom('[localhost]\nssl=no\n[127.0.0.1]\nssl=yes\n')).toMatch(
    /line 3: \[127.* \[localhost\] \(line 1\)/,
  );
  expect(await errorFrom('[127.0.0.2]\nssl_cert=/dev/null\n')).toMatch(
    /go together, and 127\.0\.0\.2:3306 has only one/,
  );
});

it('takes /etc/mha-helper/<name>.conf instead, but not both, and never MHA’s own file', async () => {
  const etc = { 'etc/app1.conf': '[default]\nundo_timeout=1\n' };
  expect((await settingsFrom(undefined, etc))(at('::1')).undoMs).toBe(1000);
  const message = await errorFrom('[default]\n', etc);
  for (const part of ['ConfigError', 'mha/app1.helper.cnf', 'etc/app1.conf', 'Keep one'])
    expect(message).toContain(part);
  const root = folderOf({ 'x.cnf': mha });
  mkdirSync(join(root, 'etc'));
  renameSync(join(root, 'x.cnf'), join(root, 'etc/app1.conf'));
  const config = await readMhaConfig(join(root, 'etc/app1.conf'), { globalFile: '/nonexistent' });
  expect((await readSettings(config, { etcDir: join(root, 'etc') }))(at('::1')).undoMs).toBe(30_000);
});

it('keeps the journal in the manager_workdir of MHA', async () => {
  const root = folderOf({ 'app1.cnf': cluster(['127.0.0.1'], 3306, 'manager_workdir=/var/log/masterha/app1') });
  const config = await readMhaConfig(join(root, 'app1.cnf'), { globalFile: '/nonexistent' });
  const settings = (await readSettings(config, { etcDir: root }))(at('127.0.0.1'));
  expect(settings.journalDir).toBe('/var/log/masterha/app1/mha-helper');
});

it('reads every key from a file with CR LF and a byte order mark', async () => {
  const values: Record<string, string> = {
    ssl: 'no',
    stop_timeout: '2',
    max_outage: '3',
    super_read_only: 'no',
    account_mismatch: 'warn',
    block_method: 'both',
    report_email: 'dba@example.com, ops@example.com',
    report_from: 'mha@db9',
    smtp_host: '[::1]:2525',
    journal_dir: '/var/lib/mha',
    fence: 'commands',
    fence_timeout: '3',
    fence_command: '/usr/sbin/power off "rack 7"',
    fence_needed: 'yes',
  };
  const paths = ['ssl_ca', 'ssl_cert', 'ssl_key'];
  const rows = SETTING_KEYS.map((key) => `${key} = ${values[key] ?? (paths.includes(key) ? '/dev/null' : '1')}`);
  const settings = (await settingsFrom(`\ufeff[default]\r\n${rows.join('\r\n')}\r\n`))(at('::1'));
  expect(Object.values(settings)).not.toContain(undefined);
  expect(settings).toMatchObject({
    accountMismatch: 'warn',
    blockMethod: 'both',
    sslKey: '/dev/null',
    statementMs: 1000,
    reportEmail: ['dba@example.com', 'ops@example.com'],
    reportFrom: 'mha@db9',
    smtpHost: { host: '::1', port: 2525 },
    fenceCommand: { program: '/usr/sbin/power', args: ['off', 'rack 7'] },
    fenceNeeded: true,
  });
});

it('takes no fence that contradicts itself, and no fence_command that a shell would have to read', async () => {
  for (const text of ['power off', '/bin/a; b', '/bin/a $HOST', 'X=1 /bin/a', '/bin/a | b', './a', '`a`'])
    expect(await errorFrom(`[default]\nfence_command = ${text.replace(';', '\\;')}\n`)).toMatch(
      /full path of a program/,
    );
  expect(await errorFrom('[default]\nfence = commands\n')).toMatch(/needs a fence_command/);
  expect(await errorFrom('[default]\nfence = no\nfence_needed = yes\n')).toMatch(/allows no failover/);
  expect(await errorFrom('[default]\nfence_timeout = 2\n')).toMatch(/seconds from 3 up to 3600/);
});

it('takes no mail address that could be anything else, and no mail server without a name', async () => {
  const bad = ['dba', 'a@b, ', 'a b@c', '"A" <a@b>', 'a@b\\;c', 'a@b@c', 'a@-b'];
  for (const text of bad)
    expect(await errorFrom(`[default]\nreport_email = ${text}\n`)).toMatch(/is not a mail address/);
  expect(await errorFrom('[default]\nreport_from = a@b, c@d\n')).toMatch(/"a@b, c@d" is not a mail address/);
  for (const text of ['', ':25', 'mail:0', 'mail:70000', 'mail:x', 'a b', '[::1', '-o:25'])
    expect(await errorFrom(`[default]\nsmtp_host = ${text}\n`)).toMatch(/neither a host nor host:port/);
  const settings = (await settingsFrom('[default]\nreport_email =\nsmtp_host = mail.example.com:587\n'))(at('::1'));
  expect(settings).toMatchObject({ reportEmail: [], smtpHost: { host: 'mail.example.com', port: 587 } });
});
