import { describe, expect, it } from 'vitest';
import type { Target } from '../../../../src/base/server.ts';
import type { Channel, GtidState } from '../../../../src/capabilities/replication/status.ts';
import type { Asked } from '../../../../src/cluster/observe.ts';
import { type DeadMaster, proveRows, type Survivor } from '../../../../src/procedures/status/rows/decide.ts';
import { type Answer, survivor } from '../../../../src/procedures/status/rows/look.ts';
import { rowProof } from '../../../../src/procedures/status/rows/proof.ts';

const [OLD, OWN] = ['3e11fa47-71ca-11e1-9e33-c80aa9429562', '4e11fa47-71ca-11e1-9e33-c80aa9429562'];
const dead: DeadMaster = { name: 'db1:3306', serverId: 1, uuid: OLD };

function server(name: string, gtid: GtidState | undefined, more: Partial<Survivor> = {}): Survivor {
  const isNewMaster = name === 'db2:3306';
  return {
    name,
    isNewMaster,
    follows: true,
    gtid,
    before: undefined,
    fetchesAll: false,
    connecting: false,
    unlogged: false,
    ...more,
  };
}

const mysql = (executed: string, on = true): GtidState => ({ executed, on });
const maria = (binlogState: string, slave = ''): GtidState => ({ binlogState, slave });
const third = (gtid: GtidState | undefined, more: Partial<Survivor> = {}) => server('db3:3306', gtid, more);
const next = server('db2:3306', maria('0-1-105,0-2-130'));
const nextOnMysql = server('db2:3306', mysql(`${OLD}:1-105,${OWN}:1-7`));

const unlogged = server('db2:3306', maria('0-1-105'), { unlogged: true });
const promoted = server('db2:3306', maria('', '0-1-105'), { before: maria('', '0-1-103') });

const judge = (one: Survivor, other: Survivor = next, of = dead) => proveRows(one, [other, one], of);
const lacking = (transactions: number, from = 'db2:3306') => ({ state: 'lacking', transactions, from });

describe('a server after a failover', () => {
  it.each([
    ['that cannot be asked', third(undefined), next, 'unknown'],
    ['that replicates from none', third(maria('0-1-1'), { follows: false }), next, 'unknown'],
    ['without GTIDs', third(mysql('', false)), server('db2:3306', mysql('', false)), 'unknown'],
    ['with all, as MHA has replayed them', third(maria('0-1-105,0-2-120')), next, 'complete'],
    ['with more', third(maria('0-1-106,0-2-120')), next, 'complete'],
    ['whose binlog is younger', third(maria('0-2-120'), { before: maria('', '0-1-105') }), next, 'complete'],
    ['whose binlog never has what it replicates', third(maria(''), { unlogged: true }), next, 'unknown'],
    ['with all that another has, whose binlog may lack some', third(maria('0-1-105')), unlogged, 'unknown'],
    ['without what such a server has', third(maria('0-1-104')), unlogged, 'lacking'],
    ['that replicated more before it became the master', promoted, third(maria('0-1-105')), 'complete'],
    ['whose slave position the new master sent', third(maria('', '0-1-105')), next, 'lacking'],
    ['with all, by GTID set', third(mysql(`${OLD}:1-105`)), nextOnMysql, 'complete'],
    ['without what the new master wrote', third(mysql(`${OLD}:1-105,${OWN}:1-2`)), nextOnMysql, 'complete'],
  ])('%s', (_, one, other, state) => {
    expect(judge(one, other).state).toBe(state);
  });

  it('lacks what the new master has', () => {
    expect(judge(third(maria('0-1-102,0-2-130')))).toEqual(lacking(3));
    expect(judge(third(maria('0-2-130')))).toEqual(lacking(105));
    expect(judge(third(maria('0-1-100', '0-1-105')))).toEqual(lacking(5));
    expect(judge(third(mysql(`${OLD}:1-50:55-105`)), nextOnMysql)).toEqual(lacking(4));
    expect(judge(third(maria('1-1-9,0-1-105')), server('db2:3306', maria('1-1-12,0-1-105')))).toEqual(lacking(3));
  });

  it.each([
    ['and lacks nothing newer', `${OLD}:50-105`, `${OLD}:50-103`, 'unknown'],
    ['up to its last one', `${OLD}:1-97:99-100`, `${OLD}:1-97:99`, 'lacking'],
    ['and lacks newer ones, too', `${OLD}:50-103`, `${OLD}:50-103`, 'lacking'],
    ['of another writer only', `${OLD}:1-100`, `${OLD}:1-100,${OWN}:50-105`, 'lacking'],
    ['and what it had before is not known', `${OLD}:50-105`, undefined, 'lacking'],
  ])('with gaps in its GTIDs from before the failover %s', (_, now, then, state) => {
    const one = third(mysql(now), { before: then === undefined ? undefined : mysql(then) });
    expect(judge(one, nextOnMysql).state).toBe(state);
  });

  it('lacks nothing for good that its replication brings', () => {
    const one = third(mysql(`${OLD}:1-100`), { fetchesAll: true });
    expect(judge(one, nextOnMysql)).toMatchObject({ state: 'coming', transactions: 5 });
  });

  it('is not judged by the transactions of others than the dead master', () => {
    const other = server('db2:3306', maria('0-1-105,0-7-500'));
    expect(judge(third(maria('0-1-105')), other)).toEqual({ state: 'complete' });
    expect(judge(third(maria('0-1-1')), next, { ...dead, serverId: undefined }).state).toBe('unknown');
  });

  it('may be the new master itself, and is compared with the one that has most', () => {
    const [most, few, more] = [third(maria('0-1-107')), next, server('db4:3306', maria('0-1-106'))];
    const all = [most, few, more];
    expect(proveRows(few, all, dead)).toEqual(lacking(2, 'db3:3306'));
    expect(proveRows(more, all, dead)).toEqual(lacking(1, 'db3:3306'));
    expect(proveRows(most, all, dead)).toEqual({ state: 'complete' });
  });

  it('is not compared if it is the only one', () => {
    expect(proveRows(next, [next], dead)).toMatchObject({ state: 'unknown', why: 'it is the only one left' });
  });
});

describe('the words', () => {
  const proofOf = (...all: Survivor[]) =>
    rowProof(
      all,
      all.map((one) => proveRows(one, all, dead)),
      dead,
    );

  it('name a server that lacks rows as a problem, and what to do', () => {
    const { problems, lines } = proofOf(next, third(maria('0-1-102')));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      /^ROWS ARE MISSING: db3:3306 lacks 3 transactions of db1:3306 that db2:3306 has; .*anew/,
    );
    expect(lines).toEqual(['rows: 1 server compared, with every transaction that another one has of db1:3306']);
  });

  it.each([
    [false, 'replication brings them: watch it with mysql_replica_status'],
    [true, 'replication brings them once it connects: watch it with mysql_replica_status'],
  ])('name what is still coming as a problem (connecting: %s)', (connecting, what) => {
    const one = third(mysql(`${OLD}:1-100`), { fetchesAll: true, connecting });
    expect(proofOf(nextOnMysql, one).problems).toEqual([
      `rows are still coming: db3:3306 lacks 5 transactions of db1:3306 that db2:3306 has; ${what}`,
    ]);
  });

  it('say that all are alike', () => {
    expect(proofOf(next, third(maria('0-1-105')))).toEqual({
      problems: [],
      lines: ['rows: 2 servers compared, each has every transaction that another one has of db1:3306'],
    });
  });

  it('say what is not known, without calling it a problem', () => {
    const { problems, lines } = proofOf(server('db2:3306', mysql('', false)), third(undefined));
    expect(problems).toEqual([]);
    expect(lines).toEqual([
      'rows of db2:3306: not compared: the servers have no GTIDs to compare, so this rests on MHA’s word',
      'rows of db3:3306: not compared: it cannot be asked',
    ]);
  });
});

describe('whether replication brings the rest', () => {
  const target = (host: string) => ({ host, ip: host, port: 3306 }) as Target;
  const [above, below] = [target('db2'), target('db3')];
  const asked = (at: Target, serverId: number, channels: Partial<Channel>[]) =>
    ({ server: at, identity: { serverId, channels }, progress: { gtid: {} } }) as unknown as Asked<Answer>;
  const from = { masterHost: 'db2', masterPort: 3306, masterServerId: 0, usesGtid: true };

  it.each([
    ['Yes', 'Yes', true, { fetchesAll: true, connecting: false }],
    ['Connecting', 'Yes', true, { fetchesAll: true, connecting: true }],
    ['Connecting', 'No', true, { fetchesAll: false }],
    ['No', 'Yes', true, { fetchesAll: false }],
    ['Connecting', 'Yes', false, { fetchesAll: false }],
  ])('IO %s, SQL %s, by GTID: %s', (io, sql, usesGtid, expected) => {
    const one = asked(below, 3, [{ ...from, io, sql, usesGtid }]);
    const after = { newMaster: above, withoutLog: [] };
    expect(survivor(one, [asked(above, 2, []), one], undefined, after)).toMatchObject(expected);
  });
});
