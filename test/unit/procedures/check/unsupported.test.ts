import { describe, expect, it } from 'vitest';
import { shutOut } from '../../../../src/procedures/check/servers/replication/channelLogins.ts';
import { encrypted } from '../../../../src/procedures/check/servers/replication/unsupported.ts';

describe('an encrypted binlog', () => {
  it.each([
    [{ binlog_encryption: 'ON', gtid_mode: 'OFF' }, 1],
    [{ binlog_encryption: 'ON', gtid_mode: 'ON' }, 0],
    [{ binlog_encryption: 'OFF', gtid_mode: 'OFF' }, 0],
    [{ encrypt_binlog: 'ON' }, 1],
    [{ encrypt_binlog: 'OFF' }, 0],
  ])('%j: %i', (values, count) => {
    expect(encrypted('db1:3306', new Map(Object.entries(values)))).toHaveLength(count);
  });
});

describe('a channel', () => {
  const channel = (tls: boolean, key: boolean) => ({ name: '', tls, key, autoFailover: false });
  const login = (plugin: string, needsTls = false) => ({ user: 'repl', host: '%', plugin, needsTls });
  const [SHA, NATIVE] = ['caching_sha2_password', 'mysql_native_password'];

  it.each([
    [channel(false, false), [login(SHA)], false, 'KEY'],
    [channel(false, true), [login(SHA)], false, undefined],
    [channel(true, false), [login(SHA)], false, undefined],
    [channel(false, false), [login(NATIVE)], false, undefined],
    [channel(false, true), [login(SHA, true)], false, 'SSL'],
    [channel(false, true), [login(NATIVE)], true, 'SSL'],
    [channel(true, false), [login(NATIVE, true)], true, undefined],
    [channel(false, false), [login(SHA), login(NATIVE)], false, undefined],
    [channel(false, false), [], true, undefined],
  ])('%j with %j, TLS required: %s', (one, logins, secure, option) => {
    expect(shutOut(one, logins, secure)?.option).toBe(option);
  });
});
