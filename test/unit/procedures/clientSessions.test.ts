import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/adapters/clock.ts';
import type { Row, Session } from '../../../src/adapters/mysql/session.ts';
import type { Account } from '../../../src/base/account.ts';
import type { AccountState } from '../../../src/capabilities/accounts/read.ts';
import { ClientSessions } from '../../../src/procedures/stop/sessions/index.ts';
import { WorkSince } from '../../../src/procedures/stop/sessions/workSince.ts';
import type { SwitchContext } from '../../../src/procedures/switch/context.ts';

const account = (user: string): Account => ({ kind: 'user', user, host: '%' });
const states = ['app', 'root'].map((user) => ({ account: account(user), grants: [] }) as unknown as AccountState);

/** Of `root` the rights are kept. */
function clients(): ClientSessions {
  return new ClientSessions({
    ...{ givers: [], gone: new Set<string>(), mandatory: [], definers: new Map(), method: 'revoke', readAt: 1000 },
    rules: { mhaUsers: ['mha'], replicationUsers: [], preserve: [] },
    accounts: states,
    plan: { blocked: [], kept: [{ state: states[1] as AccountState, reason: 'root' }], locked: new Map(), notes: [] },
  });
}

/** A server whose process list holds these sessions, without any transaction. */
function serverWith(...list: Row[]): Session {
  const rows = list.map((row) => ({
    host: 'h:1',
    command: 'Query',
    seconds: 0,
    commandAt: null,
    askedAt: null,
    ...row,
  }));
  return { id: 1, dialect: async () => ({ processList: '' }), many: async () => [rows, []] } as unknown as Session;
}

/** The same; `sent` is what it was asked to do. */
function recording(...list: Row[]): { readonly session: Session; readonly sent: string[] } {
  const sent: string[] = [];
  const server = serverWith(...list);
  const many = async (statements: readonly string[]) => {
    sent.push(...statements.filter((sql) => sql.startsWith('KILL')));
    return server.many(statements);
  };
  return { session: { ...server, many }, sent };
}

/** A server that has counted so many rollbacks. */
function serverAfter(count: number): Session {
  return { rows: async () => [{ Variable_name: 'Handler_rollback', Value: `${count}` }] } as unknown as Session;
}

const clockAt = (ticks: number) => ({ ticks: () => ticks }) as Clock;
const contextAt = (ticks: number) => ({ clock: clockAt(ticks), settings: { drainMs: 500 } }) as SwitchContext;

describe('the clients’ sessions', () => {
  it('are those of all users but MHA’s, and known for kept by their account', async () => {
    const all = clients();
    const found = await all.look(
      serverWith({ id: 2, user: 'app' }, { id: 3, user: 'root' }, { id: 4, user: 'mha' }, { id: 5, user: 'gone' }),
    );
    expect(found.map(({ id, kept }) => [id, kept])).toEqual([
      [2, false],
      [3, true],
      [5, false],
    ]);
    expect([...all.users]).toEqual(['app', 'root', 'gone']);
  });

  it('remember every user that was seen', async () => {
    const all = clients();
    await all.look(serverWith({ id: 2, user: 'app' }));
    await all.look(serverWith({ id: 3, user: 'root' }));
    expect([...all.users]).toEqual(['app', 'root']);
  });

  it('know work that has used up its time, and no later work of the same session', async () => {
    const all = clients();
    const [long, next] = [
      await all.look(serverWith({ id: 2, user: 'app', query: 1 })),
      await all.look(serverWith({ id: 2, user: 'app', query: 2 })),
    ];
    expect(long.map((s) => all.outOfTime(s))).toEqual([false]);
    all.noteOutlasting(long);
    expect([...long, ...next].map((s) => all.outOfTime(s))).toEqual([true, false]);
    all.noteOutlasting([]);
    expect(long.map((s) => all.outOfTime(s))).toEqual([false]);
  });

  it('know what was at work just before the REVOKE: nobody idle, no kept account, nothing of an earlier look', async () => {
    const all = clients();
    const [app, root] = [
      { id: 2, user: 'app', query: 1 },
      { id: 3, user: 'root', query: 1 },
    ];
    expect((await all.lookAtWork(serverWith(app, root, { ...app, id: 4, command: 'Sleep' }))).map((s) => s.id)).toEqual(
      [2],
    );
    const seen = await all.look(serverWith(app, root, { ...app, id: 4 }));
    expect(seen.map((s) => all.wasAtWork(s))).toEqual([true, false, false]);
    await all.lookAtWork(serverWith());
    expect(seen.map((s) => all.wasAtWork(s))).toEqual([false, false, false]);
  });

  it('lose transactions from when nobody was shut out yet: the server counts two rollbacks for one', async () => {
    const all = clients();
    expect(await all.rolledBack(serverAfter(9))).toBe(0);
    await all.noteRollbacks(serverAfter(10));
    expect(await all.rolledBack(serverAfter(24))).toBe(7);
  });
});

describe('one look that ends sessions', () => {
  const [app, other, root] = [
    { id: 2, user: 'app' },
    { id: 3, user: 'app' },
    { id: 4, user: 'root' },
  ];
  const decisions = { 2: 'end', 3: 'wait', 4: 'leave' } as Record<number, 'end' | 'wait' | 'leave'>;

  it('ends those only that are to be ended, and returns who holds the step up', async () => {
    const all = clients();
    const { session, sent } = recording(app, other, root);
    const { ended, held } = await all.settle(session, (s) => decisions[s.id] ?? 'leave');
    expect(sent).toEqual(['KILL CONNECTION 2']);
    expect([ended.map((s) => s.id), held.map((s) => s.id)]).toEqual([[2], [2, 3]]);
    expect((await all.look(session)).map((s) => all.wasEnded(s))).toEqual([true, false, false]);
  });

  it('ends a session again that is still there, and counts it once', async () => {
    const all = clients();
    const { session, sent } = recording(app);
    await all.settle(session, () => 'end');
    const { ended, held } = await all.settle(session, () => 'end');
    expect(sent).toEqual(['KILL CONNECTION 2', 'KILL CONNECTION 2']);
    expect([ended, held.length]).toEqual([[], 1]);
  });

  it('ends nobody if one of the decisions fails', async () => {
    const { session, sent } = recording(app, other);
    const decide = ({ id }: { id: number }) => {
      if (id === 3) throw new Error('too large');
      return 'end' as const;
    };
    await expect(clients().settle(session, decide)).rejects.toThrow('too large');
    expect(sent).toEqual([]);
  });
});

describe('the time of running work', () => {
  it('begins with the drain, and gets longer by what was waited for otherwise', () => {
    const all = clients();
    expect(all.drainOver(contextAt(2000))).toBe(2500);
    all.prolongDrain(100);
    expect(all.drainOver(contextAt(2000))).toBe(2500);
    all.beginDrain(clockAt(3000));
    expect(all.drainOver(contextAt(9000))).toBe(3500);
    all.prolongDrain(100);
    expect(all.drainOver(contextAt(9000))).toBe(3600);
  });

  it('of a rollback is what stop_timeout leaves without the last steps: 5 s, or a quarter', () => {
    const left = (ticks: number, stopMs: number) =>
      clients().rollbackMs({ clock: clockAt(ticks), settings: { stopMs } } as SwitchContext);
    expect(left(1000, 60_000)).toBe(55_000);
    expect(left(11_000, 60_000)).toBe(45_000);
    expect(left(1000, 4000)).toBe(3000);
    expect(left(99_000, 60_000)).toBe(0);
  });
});

it('work lasts as long as all looks show the same, counted from the first', () => {
  const since = new WorkSince();
  expect(since.atItMs({ id: 1, work: 'a' }, 100)).toBe(0);
  expect(since.atItMs({ id: 1, work: 'a' }, 120)).toBe(20);
  expect(since.atItMs({ id: 1, work: 'b' }, 130)).toBe(0);
  expect(since.atItMs({ id: 2, work: 'b' }, 140)).toBe(0);
  expect(since.atItMs({ id: 1, work: 'b' }, 150)).toBe(20);
});

it('statements in quick succession do not add up to long work', () => {
  const since = new WorkSince();
  const looks = [0, 8, 16, 24, 32].map((at) => since.atItMs({ id: 1, work: `statement ${at}`, commandAt: at }, at));
  expect(Math.max(...looks)).toBeLessThan(20);
});
