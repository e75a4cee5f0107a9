import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/base/secret.ts';
import { alignStatements } from '../../../../src/capabilities/accounts/align.ts';
import { parseGrantRow } from '../../../../src/capabilities/accounts/grants/parse.ts';
import type { AccountState } from '../../../../src/capabilities/accounts/read.ts';
import type { Channel } from '../../../../src/capabilities/replication/status.ts';
import { isRunning, isUpdate } from '../../../../src/capabilities/sessions/running.ts';
import { afterRestart } from '../../../../src/capabilities/variables.ts';
import { apart } from '../../../../src/procedures/check/clocks.ts';
import { twice } from '../../../../src/procedures/check/servers/identities.ts';
import { asMaster } from '../../../../src/procedures/check/servers/replication/binlog.ts';
import { unlike } from '../../../../src/procedures/check/servers/replication/filters.ts';
import { health } from '../../../../src/procedures/check/servers/replication/replication.ts';
import { semiSyncOf, waiting } from '../../../../src/procedures/check/servers/replication/semisync.ts';
import { compared } from '../../../../src/procedures/check/servers/settings.ts';
import { difference, majorOf } from '../../../../src/procedures/check/servers/versions.ts';

const codes = (found: readonly { readonly code: string }[]) => found.map((f) => f.code);

describe('versions', () => {
  it.each([
    ['10.11.19-MariaDB-0+deb12u1', 'MariaDB 10.11'],
    ['5.5.5-10.6.1-MariaDB-log', 'MariaDB 10.6'],
    ['11.8.2-MariaDB', 'MariaDB 11.8'],
    ['5.7.44-log', 'MySQL 5.7'],
    ['8.0.36-28.1', 'MySQL 8.0'],
    ['9.7.4-2', 'MySQL 9.7'],
  ])('%s is %s', (version, name) => expect(majorOf(version).name).toBe(name));

  it.each([
    ['10.5.9-MariaDB', '10.11.2-MariaDB', 'version_older'],
    ['10.11.2-MariaDB', '10.5.9-MariaDB', 'version_newer'],
    ['8.0.1', '5.7.1', 'version_newer'],
    ['8.0.1', '10.5.9-MariaDB', 'version_family'],
  ])('%s beside a master of %s', (own, masters, code) =>
    expect(difference(majorOf(own), majorOf(masters)).code).toBe(code),
  );
});

describe('clocks', () => {
  const at = (where: string, aheadMs: number, giveMs = 1) => ({ host: where, where, aheadMs, giveMs });

  it('that differ by up to two seconds are alike', () =>
    expect(apart([at('a', 0), at('b', 2001), at('c', 100)])).toEqual([]));

  it('tell which one is off: not the one in the middle', () =>
    expect(apart([at('a', 90_000), at('b', 3), at('c', 0)])).toMatchObject([
      { where: 'a', text: expect.stringContaining('90.0 s ahead of that of b') },
    ]));

  it('are not judged closer than the network lets them be read', () =>
    expect(apart([at('a', 0, 2000), at('b', 5000, 1500)])).toEqual([]));

  it('of one server, or of none, are alike', () => {
    expect(apart([at('a', 7)])).toEqual([]);
    expect(apart([])).toEqual([]);
  });
});

describe('what runs', () => {
  const thread = { id: 1, user: 'app', host: 'h', command: 'Query', seconds: 5, statement: 'UPDATE t SET a = 1' };

  it.each([
    [{}, true, true],
    [{ statement: ' Select 1' }, true, false],
    [{ statement: 'show status' }, true, false],
    [{ command: 'Sleep', statement: '' }, false, false],
    [{ command: 'Binlog Dump GTID', statement: '' }, false, false],
    [{ user: 'system user', command: 'Query' }, false, false],
    [{ user: 'event_scheduler', command: 'Daemon' }, false, false],
  ])('%j', (some, running, update) => {
    expect(isRunning({ ...thread, ...some })).toBe(running);
    expect(isUpdate({ ...thread, ...some })).toBe(update);
  });
});

describe('a value after a restart', () => {
  it.each([
    ['CONFIG', undefined, 'ON'],
    ['COMPILE-TIME', undefined, 'ON'],
    ['COMMAND_LINE', undefined, 'ON'],
    ['SQL', undefined, undefined],
    ['DYNAMIC', undefined, undefined],
    ['DYNAMIC', 'OFF', 'OFF'],
    ['PERSISTED', 'ON', 'ON'],
  ])('origin %s, persisted %s', (origin, persisted, after) =>
    expect(afterRestart('ON', { origin, persisted })).toBe(after),
  );
});

describe('a replica', () => {
  const endpoint = { host: 'db1', ip: '10.0.0.1', port: 3306 };
  const master = {
    target: { ...endpoint, user: 'mha', password: new Secret('') },
    identity: { version: '', serverId: 1, instance: 'i', readOnly: false, logBin: true, channels: [] },
  };
  const channel: Channel = {
    ...{ name: '', masterHost: 'db1', masterPort: 3306, masterUser: 'repl', masterServerId: 1, masterUuid: undefined },
    ...{ io: 'Yes', sql: 'Yes', secondsBehind: 0, delay: 0, read: undefined, executed: undefined },
    ...{ usesGtid: false, errors: [], lastError: '' },
  };

  it.each<[string, Channel[], string[]]>([
    ['is well', [channel], []],
    ['is behind a little', [{ ...channel, secondsBehind: 4 }], []],
    ['is behind', [{ ...channel, secondsBehind: 30 }], ['warning']],
    ['is behind more than MHA takes', [{ ...channel, secondsBehind: 31 }], ['error']],
    ['does not run', [{ ...channel, io: 'Connecting', secondsBehind: undefined }], ['error']],
    ['follows another master', [{ ...channel, masterServerId: 9 }], ['error']],
    ['follows nobody', [], ['error']],
    ['follows two', [channel, { ...channel, name: 'b', masterServerId: 9 }], ['warning']],
  ])('%s', (_, channels, levels) => {
    expect(health('db2:3306', channels, master).map((f) => f.level)).toEqual(levels);
  });
});

describe('filters', () => {
  const one = (where: string, replicate: Record<string, string>, binlog: Record<string, string> = {}) => ({
    where,
    filters: { replicate, binlog },
  });

  it('compare replicas with replicas, and binlogs with binlogs', () => {
    const none = { Replicate_Do_DB: '' };
    expect(unlike([one('a', {}), one('b', none), one('c', none)])).toEqual([]);
    expect(unlike([one('a', {}, { Binlog_Do_DB: 'x' }), one('b', none, { Binlog_Do_DB: '' })])).toMatchObject([
      { where: 'a', code: 'filters_differ', text: expect.stringContaining('Binlog_Do_DB is x, at b empty') },
    ]);
  });

  it('that are the same everywhere are alike', () => {
    expect(unlike([one('a', { Replicate_Do_DB: 'x' }), one('b', { Replicate_Do_DB: 'x' })])).toEqual([]);
  });
});

it('ids: every server that shares one', () => {
  const id = (where: string, name: string, value: string) => ({ where, name, value });
  const found = twice([id('a', 'server_id', '1'), id('b', 'server_id', '2'), id('c', 'server_id', '1')]);
  expect(found.map((f) => f.where)).toEqual(['a', 'c']);
  expect(codes(twice([id('a', 'server_uuid', 'u'), id('b', 'server_uuid', 'u')]))).toEqual([
    'server_uuid_twice',
    'server_uuid_twice',
  ]);
});

describe('semi-sync', () => {
  const values = (given: Record<string, string>) => new Map(Object.entries(given));

  it('is off if the plugin is missing', () => {
    expect(semiSyncOf(new Map(), new Map())).toMatchObject({ waits: false, acknowledges: false, needed: 1 });
  });

  it.each([
    ['master', 'slave'],
    ['source', 'replica'],
  ])('speaks of %s and %s', (source, replica) => {
    const variables = values({
      [`rpl_semi_sync_${source}_enabled`]: 'ON',
      [`rpl_semi_sync_${source}_timeout`]: '60000',
      [`rpl_semi_sync_${source}_wait_for_${replica}_count`]: '2',
      [`rpl_semi_sync_${replica}_enabled`]: 'ON',
    });
    const status = values({ [`rpl_semi_sync_${source}_status`]: 'ON', [`rpl_semi_sync_${source}_clients`]: '1' });
    const state = semiSyncOf(variables, status);
    expect(state).toEqual({
      ...{ waits: true, active: true, timeoutMs: 60_000, clients: 1, needed: 2, acknowledges: true },
    });
    expect(waiting('a', state, 10_000)).toMatchObject([{ level: 'error', code: 'semisync_hangs' }]);
    expect(codes(waiting('a', { ...state, clients: 2 }, 10_000))).toEqual(['semisync_timeout']);
    expect(waiting('a', { ...state, clients: 2, timeoutMs: 10_000 }, 10_000)).toEqual([]);
    expect(codes(waiting('a', { ...state, active: false }, 10_000))).toEqual(['semisync_timeout']);
  });
});

describe('settings', () => {
  const values = (given: Record<string, string>) => new Map(Object.entries(given));

  it.each([
    ['sql_mode', 'A', '', 'setting_differs'],
    ['max_connections', '100', '99', 'setting_lower'],
    ['max_connections', '100', '101', undefined],
    ['sync_binlog', '1', '100', 'setting_weaker'],
    ['sync_binlog', '100', '1', undefined],
    ['sync_binlog', '100', '0', undefined],
  ])('%s: %s at the master, %s here', (name, masters, own, code) => {
    const found = compared('b', values({ [name]: masters }), values({ [name]: own }), 'a');
    expect(codes(found)).toEqual(code ? [code] : []);
  });

  it('that one of them does not know are not compared', () => {
    expect(compared('b', values({ gtid_mode: 'ON' }), new Map(), 'a')).toEqual([]);
  });

  it('a server without a binlog has no other finding', () => {
    expect(codes(asMaster('a', values({ log_bin: 'OFF', log_slave_updates: 'OFF' })))).toEqual(['no_binlog']);
  });
});

describe('levelling an account', () => {
  const account = { kind: 'user', user: "o'app", host: '%' } as const;
  const state = (rows: readonly string[], more: Partial<AccountState> = {}): AccountState => ({
    account,
    grants: rows.flatMap((row) => parseGrantRow(row, account)),
    ...{ defaultRole: '', locked: false, login: new Secret("IDENTIFIED BY PASSWORD '*HASH'"), ...more },
  });
  const to = "TO `o'app`@`%`";

  it('that is missing: locked until it has its password, which is not shown', () => {
    expect(alignStatements(state([`GRANT USAGE ON *.* ${to}`, `GRANT SELECT ON \`a\`.* ${to}`]), undefined)).toEqual([
      "CREATE USER 'o''app'@'%' ACCOUNT LOCK",
      "GRANT SELECT ON `a`.* TO 'o''app'@'%'",
      "ALTER USER 'o''app'@'%' IDENTIFIED BY '<its password>' ACCOUNT UNLOCK",
    ]);
  });

  it('that is locked on the correct server stays locked', () => {
    expect(alignStatements(state([], { locked: true }), undefined).at(-1)).not.toContain('UNLOCK');
  });

  it('with other rights: what is too much goes first, then it gets all it should have', () => {
    const here = state([`GRANT SELECT ON \`a\`.* ${to}`, `GRANT INSERT ON \`b\`.* ${to}`]);
    expect(alignStatements(here, state([`GRANT SELECT, DELETE ON \`a\`.* ${to}`]))).toEqual([
      "REVOKE SELECT, DELETE ON `a`.* FROM 'o''app'@'%'",
      "GRANT SELECT ON `a`.* TO 'o''app'@'%'",
      "GRANT INSERT ON `b`.* TO 'o''app'@'%'",
    ]);
  });

  it('with another password', () => {
    expect(alignStatements(state([]), state([], { login: new Secret('other') }))).toEqual([
      "ALTER USER 'o''app'@'%' IDENTIFIED BY '<its password>'",
    ]);
  });
});
