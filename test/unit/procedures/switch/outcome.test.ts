import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/base/secret.ts';
import type { Target } from '../../../../src/base/server.ts';
import type { ServerIdentity } from '../../../../src/capabilities/replication/identity.ts';
import type { Observed } from '../../../../src/cluster/observe.ts';
import { looseReplicas, outcomeProblems } from '../../../../src/procedures/switch/outcome.ts';

const target = (host: string): Target => ({ host, ip: host, port: 3306, user: 'mha', password: new Secret('') });
const [one, two, three] = [target('db1'), target('db2'), target('db3')];
const number = (server: Target) => [one, two, three].indexOf(server) + 1;

/** A server that replicates from another one. */
function seen(server: Target, from: Target | undefined, { readOnly = true, sql = 'Yes' } = {}): Observed {
  const channel = from && {
    ...{ name: '', masterHost: from.host, masterPort: 3306, masterServerId: number(from) },
    ...{ io: 'Yes', sql, lastError: '', delay: 0 },
  };
  const identity = { serverId: number(server), readOnly, channels: channel ? [channel] : [] };
  return { server, identity: { ...identity, version: '10.11.19-MariaDB' } as unknown as ServerIdentity };
}

const now = { master: two, state: 'writable' as const, rivals: [] };
const master = seen(two, undefined, { readOnly: false });
const problems = (all: Observed[], expected = {}) => outcomeProblems(all, now, expected);

describe('a replica of a replica at the end of a switch', () => {
  const all = [seen(one, two), master, seen(three, one)];

  it('is in order with multi_tier_slave', () => {
    expect(problems(all, { multiTier: [three] })).toEqual([]);
  });

  it('is not without it', () => {
    expect(problems(all)).toEqual(['db3:3306 does not replicate from db2:3306']);
    expect(problems(all, { multiTier: [one] })).toEqual(['db3:3306 does not replicate from db2:3306']);
  });

  it('has to replicate from one of the servers, and run', () => {
    expect(problems([seen(one, two), master, seen(three, undefined)], { multiTier: [three] })).toEqual([
      'db3:3306 does not replicate from db2:3306',
    ]);
    const still = problems([seen(one, two), master, seen(three, one, { sql: 'No' })], { multiTier: [three] });
    expect(still).toEqual(['replication on db3:3306 is not running (IO Yes, SQL No)']);
  });
});

describe('a replica that takes writes at the end of a switch', () => {
  const all = [seen(one, two), master, seen(three, two, { readOnly: false })];

  it('did so before, and is only named, if it was not the master', () => {
    expect(problems(all, { former: one })).toEqual([]);
    expect(looseReplicas(all, now, { former: one })).toEqual([
      'db3:3306 is a replica and takes writes, as before: SET GLOBAL read_only = 1 there',
    ]);
  });

  it('is a problem if it was the master, or if that is not known', () => {
    for (const expected of [{ former: three }, {}]) {
      expect(problems(all, expected)).toEqual(['db3:3306 is not the master and takes writes']);
      expect(looseReplicas(all, now, expected)).toEqual([]);
    }
  });
});
