import { describe, expect, it } from 'vitest';
import { oneLine, withoutSecrets, wrapped as wrap } from '../../../../src/base/text.ts';
import { behindInDomains, missingFromSet } from '../../../../src/capabilities/replication/gtids.ts';
import { masterIn } from '../../../../src/capabilities/replication/masters.ts';
import type { Channel, ReplicationStatus } from '../../../../src/capabilities/replication/status.ts';
import { rounds } from '../../../../src/procedures/status/masters.ts';
import { knownCodes, meaningOf } from '../../../../src/procedures/status/meanings.ts';
import type { ServerStatus } from '../../../../src/procedures/status/serverStatus.ts';
import { beyondTheEnd, syncOf } from '../../../../src/procedures/status/sync.ts';
import { statusLines, verdictLines } from '../../../../src/procedures/status/text/lines.ts';
import { compareLogs, distanceText } from '../../../../src/procedures/status/text/positions.ts';
import { verdictOf } from '../../../../src/procedures/status/verdict.ts';

const at = (file: string, position: number) => ({ file, position });
const A = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
const B = '4e11fa47-71ca-11e1-9e33-c80aa9429562';

const channel = (more: Partial<Channel> = {}): Channel => ({
  ...{ name: '', masterHost: 'db1', masterPort: 3306, masterUser: 'repl', masterServerId: 1, masterUuid: undefined },
  ...{ io: 'Yes', sql: 'Yes', read: at('bin.000002', 500), executed: at('bin.000002', 500) },
  ...{ secondsBehind: 0, delay: 0, usesGtid: false, errors: [], lastError: '' },
  ...more,
});

const status = (more: Partial<ReplicationStatus> = {}): ReplicationStatus => ({
  ...{ version: '10.11', serverId: 1, uuid: undefined, readOnly: true, superReadOnly: undefined },
  ...{ binlog: at('bin.000002', 500), gtid: {}, semiSyncSource: undefined, semiSyncReplica: undefined },
  ...{ dumpThreads: 0, channels: [], refused: [] },
  ...more,
});

const server = (host: string, port = 3306) => ({ host, ip: host, port });

describe('places in a binlog', () => {
  it.each([
    [at('bin.000002', 100), at('bin.000002', 400), { order: -1, distance: { bytes: 300 } }],
    [at('bin.000002', 400), at('bin.000002', 400), { order: 0, distance: { bytes: 0 } }],
    [at('bin.000002', 500), at('bin.000002', 400), { order: 1, distance: { bytes: 0 } }],
    [at('bin.000009', 999), at('bin.000010', 4), { order: -1, distance: { files: 1 } }],
    [at('bin.999999', 1), at('bin.1000000', 4), { order: -1, distance: { files: 1 } }],
    [at('other.000002', 1), at('bin.000002', 4), undefined],
    [at('bin', 1), at('bin.000002', 4), undefined],
  ])('%j and %j', (one, goal, expected) => {
    const found = compareLogs(one, goal);
    expect(found && { ...found, order: found.order + 0 }).toEqual(expected);
  });

  it('GTID sets: what is missing is counted', () => {
    expect(missingFromSet(`${A}:1-5`, `${A}:1-7`)).toBe(2);
    expect(missingFromSet(`${A}:1-3:5-7`, `${A}:1-7`)).toBe(1);
    expect(missingFromSet('', `${A}:1-7,\n${B}:9`)).toBe(8);
    expect(missingFromSet(`${A.toUpperCase()}:1-9`, `${A}:1-7`)).toBe(0);
    expect(missingFromSet(`${A}:1-9`, '')).toBe(0);
    expect(missingFromSet(`${A}:1-9:tag:1-2`, `${A}:1-9:tag:1-3:other:1`)).toBe(2);
  });

  it('GTIDs of MariaDB: by domain', () => {
    expect(behindInDomains('0-1-5', '0-1-7')).toBe(2);
    expect(behindInDomains('0-2-9', '0-1-7')).toBe(0);
    expect(behindInDomains('0-1-7', '0-1-7,1-1-3')).toBe(3);
  });

  it('distances in words', () => {
    expect(distanceText({ bytes: 1 })).toBe('1 byte');
    expect(distanceText({ files: 2, bytes: 1234567 })).toBe('2 binlog files, 1,234,567 bytes');
  });
});

describe('level', () => {
  const mark = { binlog: at('bin.000002', 500), gtid: { binlog: '0-1-9' } };
  const replica = { gtid: { slave: '0-1-9' }, channels: 1 };

  it('is having executed what the master had written when it was asked, or more', () => {
    expect(syncOf(channel(), replica, mark)).toEqual({ state: 'inSync', beyond: false });
    expect(syncOf(channel({ executed: at('bin.000003', 4) }), replica, mark)).toEqual({
      state: 'inSync',
      beyond: true,
    });
    expect(syncOf(channel({ executed: at('bin.000002', 300) }), replica, mark)).toEqual({
      state: 'behind',
      by: { bytes: 200 },
    });
  });

  it('is not known if nothing can be compared', () => {
    expect(syncOf(channel({ executed: undefined }), replica, mark).state).toBe('unknown');
    expect(syncOf(channel(), replica, { ...mark, binlog: undefined }).state).toBe('unknown');
    expect(syncOf(channel({ executed: at('relay.000002', 9) }), replica, mark).state).toBe('unknown');
  });

  it('MariaDB with GTID: the replicated GTIDs prove it before the first event of a connection', () => {
    const fresh = channel({ executed: undefined, usesGtid: true });
    expect(syncOf(fresh, replica, mark).state).toBe('inSync');
    expect(syncOf(fresh, { ...replica, gtid: { slave: '0-1-8' } }, mark).state).toBe('unknown');
    expect(syncOf(fresh, { ...replica, channels: 2 }, mark).state).toBe('unknown');
  });

  it('MySQL with auto-position: by the sets, whatever the position', () => {
    const late = channel({ executed: at('bin.000001', 4), usesGtid: true });
    const of = (executed: string) => ({ channels: 2, gtid: { executed, on: true } });
    const written = { binlog: mark.binlog, gtid: { executed: `${A}:1-7`, on: true } };
    expect(syncOf(late, of(`${A}:1-7`), written)).toEqual({ state: 'inSync', beyond: false });
    expect(syncOf(late, of(`${A}:1-4`), written)).toEqual({ state: 'behind', by: { transactions: 3 } });
  });

  it('a position that the master has not written is that of another binlog', () => {
    const end = (file: string, position: number) => ({ binlog: at(file, position), gtid: {} });
    expect(beyondTheEnd(channel({ executed: at('bin.000007', 9) }), {}, end('bin.000001', 300))).toBe(true);
    expect(beyondTheEnd(channel(), {}, end('bin.000002', 500))).toBe(false);
  });

  it('so is a transaction of the master that it does not have; one of another server is not', () => {
    const ofA = channel({ usesGtid: true, masterUuid: A });
    const now = { binlog: at('bin.000002', 500), gtid: { executed: `${A}:1-7`, on: true } };
    expect(syncOf(ofA, { gtid: { executed: `${A}:1-8` }, channels: 1 }, now)).toEqual({
      state: 'inSync',
      beyond: true,
    });
    expect(beyondTheEnd(ofA, { executed: `${A}:1-8` }, now)).toBe(true);
    expect(beyondTheEnd(ofA, { executed: `${A}:1-7,${B}:1-3` }, now)).toBe(false);
    expect(missingFromSet(`${A}:1-7`, `${A}:1-8,${B}:1-3`, B)).toBe(3);
  });
});

describe('who is whose master', () => {
  it('by UUID, by name, by address, else by server_id', () => {
    const asked = [
      { server: { host: 'db1.example', ip: '10.0.0.1', port: 3306 }, status: status({ serverId: 1, uuid: A }) },
      { server: server('db2'), status: status({ serverId: 2, uuid: B }) },
      { server: server('db3') },
    ];
    expect(masterIn(channel({ masterHost: 'vip', masterUuid: A, masterServerId: 2 }), 2, asked)).toBe(0);
    expect(masterIn(channel({ masterHost: '10.0.0.1' }), 2, asked)).toBe(0);
    expect(masterIn(channel({ masterHost: 'DB2', masterServerId: 77 }), 2, asked)).toBe(1);
    expect(masterIn(channel({ masterHost: 'vip', masterServerId: 2 }), 2, asked)).toBe(1);
    expect(masterIn(channel({ masterHost: 'vip', masterServerId: 77 }), 2, asked)).toBeUndefined();
    expect(masterIn(channel({ masterHost: 'db2', masterPort: 3307, masterServerId: 0 }), 2, asked)).toBeUndefined();
  });

  it('a master is proven before its replicas; a circle comes last', () => {
    expect(rounds([[1], [2], [], []])).toEqual([[2, 3], [1], [0]]);
    expect(rounds([[1], [0], []])).toEqual([[2], [0, 1]]);
    expect(rounds([])).toEqual([]);
  });
});

describe('the meanings', () => {
  it.each(knownCodes())('%i has one, and something to do', (code) => {
    const meaning = meaningOf(code, 'max_allowed_packet') ?? meaningOf(code, '');
    expect(meaning?.means).toMatch(/^[A-Z].*\.$/);
    expect(meaning?.now.length).toBeGreaterThan(0);
    for (const text of meaning?.now ?? []) expect(text).toMatch(/^[\x20-\x7e]+[.:?]$/);
  });

  it('1236 means different things', () => {
    const means = (text: string) => meaningOf(1236, text)?.means;
    expect(means('Could not find first log file name in binary log index file')).toContain('no longer has');
    expect(means('Requested slave GTID state not found in binlog. The binlogs have been purged')).toContain(
      'no longer has',
    );
    expect(means("connecting slave requested to start from GTID 0-1-9, which is not in the master's binlog")).toContain(
      'has not',
    );
    expect(means('Client requested master to start replication from impossible position')).toContain('does not have');
    expect(means('log event entry exceeded max_allowed_packet')).toContain('larger');
    expect(means('A slave with the same server_uuid/server_id as this slave has connected')).toContain('Two replicas');
    expect(means('something new')).toContain('could not read its binlog');
  });

  it('none advises to skip or to reset without what is lost', () => {
    for (const code of knownCodes()) {
      for (const text of meaningOf(code, '')?.now ?? []) {
        if (/RESET (REPLICA|SLAVE)/.test(text)) expect(text).toMatch(/forgets|lost|missing|With GTID/);
        expect(text).not.toMatch(/SKIP_COUNTER/i);
      }
    }
  });
});

describe('text of a server', () => {
  it('is on one line, and cannot move the cursor', () => {
    expect(oneLine('a\n\tb \u001b[31mred\u0007 \u202erev\u0000')).toBe('a b ?[31mred? ?rev?');
  });

  it('has no password and no hash', () => {
    const hash = `*${'0123456789'.repeat(4)}`;
    const of = (sql: string) => withoutSecrets(`Error 'x' on query. Default database: ''. Query: '${sql}'`);
    expect(of(`SET PASSWORD FOR 'a'@'%'='${hash}'`)).toMatch(/FOR 'a'@'%'= \*\*\*$/);
    expect(of(`CREATE USER a IDENTIFIED BY 'geheim'`)).toMatch(/CREATE USER a IDENTIFIED \*\*\*$/);
    expect(of("ALTER USER a IDENTIFIED WITH 'caching_sha2_password' AS '$A$005$abc'")).not.toContain('abc');
    expect(of(`GRANT ALL ON *.* TO a IDENTIFIED BY PASSWORD '${hash}'`)).not.toContain('0123');
    expect(withoutSecrets("Access denied for user 'a'@'b' (using password: YES)")).toContain('using password: YES');
    expect(withoutSecrets(`something with ${hash} in it`)).toBe('something with *** in it');
  });
});

describe('the screen', () => {
  const master: ServerStatus = {
    server: server('db1'),
    status: status({ readOnly: false }),
    links: [],
    replicas: [server('db2')],
  };
  const link = (more: Partial<Channel> = {}) => ({
    channel: channel(more),
    master: server('db1'),
    sync: { state: 'inSync' as const, beyond: false },
    ownTransactions: 0,
  });
  const replica: ServerStatus = {
    server: server('db2'),
    status: status({ serverId: 2, channels: [channel()] }),
    links: [link()],
    replicas: [],
  };

  it('with short names: all on one line, the role in a column', () => {
    const lines = statusLines([master, replica], { colour: false });
    expect(lines[0]).toBe('db1:3306  master                               bin.000002:500');
    expect(lines).toContain('db2:3306  replica of db1:3306  IO/SQL:Yes/Yes  bin.000002:500  0 s');
  });

  it('fits 80 columns, however long the names and texts are', () => {
    const long = 'a-very-long-host-name.in-a-long-domain.example.com';
    const error = { thread: 'SQL' as const, code: 1062, text: `x${'y'.repeat(200)} ${'word '.repeat(60)}`.trim() };
    const one = {
      ...replica,
      status: status({ gtid: { executed: Array.from({ length: 9 }, () => `${A}:1-999999`).join(',') } }),
      links: [link({ sql: 'No', errors: [error] }), link({ name: 'second', masterHost: long })],
    };
    const seen = [{ ...master, server: server('10.200.100.101') }, one];
    const lines = [...statusLines(seen, { colour: false }), ...verdictLines(seen, { colour: false })];
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.join('\n')).toContain('second');
  });

  it('a mark has its place kept, so that columns do not jump', () => {
    const moved = new Set(['db2:3306 executed']);
    const line = (marks: Set<string>) =>
      statusLines([master, replica], { colour: false, moved: marks }).find((l) => l.includes('Yes/Yes'));
    expect(line(moved)).toContain('bin.000002:500*');
    expect(line(moved)?.indexOf('0 s')).toBe(line(new Set())?.indexOf('0 s'));
  });

  it('colour only if it is asked for', () => {
    expect(statusLines([master, replica], { colour: true }).join('')).toContain('\u001b[32m');
    expect(statusLines([master, replica], { colour: false }).join('')).not.toContain('\u001b');
  });

  it('wraps at spaces, and cuts what has none', () => {
    expect(wrap('one two three', 9, '', '  ')).toEqual(['one two', '  three']);
    expect(wrap('x'.repeat(20), 10, '', '  ')).toEqual(['x'.repeat(8), `  ${'x'.repeat(8)}`, `  ${'x'.repeat(4)}`]);
  });

  it('connections that linger after a switch make no master of a replica', () => {
    const old = { ...replica, status: status({ serverId: 2, dumpThreads: 2 }) };
    const lines = statusLines([master, old], { colour: false }).join('\n');
    expect(lines).toMatch(/^db2:3306 +replica of db1:3306/m);
    expect(lines).toContain('binlog read by 2 connections');
    expect(statusLines([{ ...old, replicas: [server('db3')] }], { colour: false })[0]).toContain('master, replica of');
  });

  it('a master that is read_only is reported', () => {
    const closed = { ...master, status: status({ readOnly: true }) };
    expect(verdictOf([closed, replica])).toMatchObject({
      ok: true,
      notes: [expect.stringContaining('db1:3306 is the')],
    });
    expect(statusLines([closed, replica], { colour: true }).join('')).toContain('\u001b[33mread_only');
    expect(verdictOf([master, replica]).notes).toEqual([]);
  });

  it('the verdict names a server that is neither master nor replica', () => {
    const lone: ServerStatus = { server: server('db3'), status: status({ serverId: 3 }), links: [], replicas: [] };
    expect(verdictOf([master, replica])).toMatchObject({ ok: true, inSync: true });
    expect(verdictOf([master, replica, lone])).toMatchObject({
      ok: false,
      inSync: true,
      problems: ['db3:3306 replicates from nobody, and none of the others from it'],
    });
    expect(verdictOf([lone])).toMatchObject({ ok: false, inSync: undefined });
  });
});
