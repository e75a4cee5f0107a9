import { describe, expect, it } from 'vitest';
import { HelperError, ServerError } from '../../../src/base/errors.ts';
import { Secret } from '../../../src/base/secret.ts';
import type { Target } from '../../../src/base/server.ts';
import type { ServerIdentity } from '../../../src/capabilities/replication/identity.ts';
import { answerLimit, mastersOf, type Observed, observe, standingsOf } from '../../../src/cluster/observe.ts';

const target = (host: string): Target => ({ host, ip: host, port: 3306, user: 'mha', password: new Secret('') });
const [one, two, three] = [target('db1'), target('db2'), target('db3')];

describe('a look at all servers', () => {
  it('has an answer or a failure of each, in their order', async () => {
    const seen = await observe([one, two, three], async ({ host }) => {
      if (host === 'db2')
        throw new ServerError({ server: 'db2:3306', what: 'no', reason: 'why', code: 'ECONNREFUSED' });
      if (host === 'db3') throw new HelperError('interrupted');
      return { answer: host };
    });
    expect(seen).toMatchObject([
      { server: one, answer: 'db1' },
      { server: two, failure: { why: 'db2:3306: no: why', text: 'no: why', reason: 'why', code: 'ECONNREFUSED' } },
      { server: three, failure: { why: 'db3:3306: interrupted', reason: 'interrupted' } },
    ]);
    expect(seen[0]).not.toHaveProperty('failure');
  });

  it('does not wait for an answer beyond its limit', async () => {
    const never = new Promise<object>(() => {});
    const seen = await observe(
      [one, two],
      ({ host }) => (host === 'db1' ? never : Promise.resolve({})),
      answerLimit(20),
    );
    expect(seen[0]?.failure).toMatchObject({ code: 'ETIMEDOUT', reason: 'no answer within 0.02 s' });
    expect(seen[1]).toEqual({ server: two });
  });

  it('whose limit is over already fails, also if the answer fails later', async () => {
    const late = () => new Promise<object>((_, reject) => setTimeout(reject, 5, new Error('late')));
    const seen = await observe([one], late, AbortSignal.abort(new HelperError('over')));
    expect(seen[0]?.failure?.why).toBe('db1:3306: over');
    await new Promise((resolve) => setTimeout(resolve, 20));
  });
});

describe('who replicates from whom', () => {
  const channel = (from: Target, serverId: number) => ({
    ...{ masterHost: from.host, masterPort: 3306, masterServerId: serverId },
  });
  const seen = (server: Target, serverId: number, readOnly: boolean, channels: object[] = []): Observed => ({
    ...{ server, identity: { serverId, readOnly, channels } as unknown as ServerIdentity },
  });
  const replica = seen(two, 2, true, [channel(three, 1)]);

  it('is known by the server id, whatever the master is called', () => {
    expect(mastersOf(replica, [seen(one, 1, false), replica])).toEqual([one]);
    expect(mastersOf(replica, [seen(three, 3, false), replica])).toEqual([]);
  });

  it('is known by the address of a server that could not be asked', () => {
    expect(mastersOf(replica, [replica, { server: { ...three, host: 'DB3' } }])).toMatchObject([{ port: 3306 }]);
  });

  it('places every server', () => {
    expect(standingsOf([seen(one, 1, false), replica, { server: three }])).toEqual([
      { server: one, state: 'writable', masters: [] },
      { server: two, state: 'closed', masters: [one, three] },
      { server: three, state: 'down', masters: [] },
    ]);
  });
});
