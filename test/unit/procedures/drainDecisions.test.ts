import { describe, expect, it } from 'vitest';
import {
  afterRevoke,
  beforeRevoke,
  LARGE,
  rollbackTakesMs,
  whileFinishing,
  whileLongWork,
} from '../../../src/procedures/stop/sessions/decide.ts';
import type { SessionNow } from '../../../src/procedures/stop/sessions/sessionNow.ts';

const session = (some: Partial<SessionNow>): SessionNow => {
  return {
    id: 7,
    user: 'app',
    host: 'h',
    state: 'busy',
    work: 'transaction 1',
    seconds: 0,
    changes: 0,
    kept: false,
    ...some,
  };
};
const busy = session({});
const other = session({ work: 'transaction 2' });
const idle = session({ state: 'idle', work: 'statement 9' });
const killed = session({ state: 'ending' });

describe('while running transactions may finish, a session that was not idle', () => {
  it.each([
    ['is gone', busy, undefined, 'leave'],
    ['is idle', busy, idle, 'leave'],
    ['is at other work', busy, other, 'leave'],
    ['is at another transaction of the same CALL', { ...busy, commandAt: 500 }, { ...other, commandAt: 505 }, 'wait'],
    ['is at another statement, sent later', { ...busy, commandAt: 500 }, { ...other, commandAt: 511 }, 'leave'],
    ['is at the same text, which began later', { ...busy, seconds: 9 }, { ...busy, seconds: 1 }, 'leave'],
    ['is at the same work', { ...busy, seconds: 9 }, { ...busy, seconds: 12 }, 'wait'],
    ['is at the same work in the first two seconds', busy, { ...busy, seconds: 2 }, 'wait'],
  ] as const)('%s', (_, first, now, decision) => {
    expect(whileFinishing(first, now, 2900)).toBe(decision);
  });
});

describe('before the REVOKE, a session', () => {
  const limits = { drainMs: 1000, rollbackMs: 5000 };
  const large = session({ changes: LARGE });
  const huge = session({ changes: 250_001 });
  const nothing = { ended: false, outOfTime: false, atItMs: 0 };

  it.each([
    ['ended by us, still there', busy, { ended: true, outOfTime: true }, 'wait'],
    ['ended by us, killed by now', killed, { ended: true }, 'wait'],
    ['killed by somebody, with a large rollback to go', { ...large, state: 'ending' }, { outOfTime: true }, 'wait'],
    ['killed by somebody', killed, { outOfTime: true, atItMs: 5000 }, 'leave'],
    ['idle', idle, {}, 'leave'],
    ['at work that used up its time, its rollback too long', huge, { outOfTime: true }, 'refuse'],
    ['at work that used up its time, large', large, { outOfTime: true }, 'end'],
    ['at work that used up its time', busy, { outOfTime: true }, 'end'],
    ['of a kept account, at work that used up its time', { ...busy, kept: true }, { outOfTime: true }, 'end'],
    ['at large work for the drain time, its rollback too long', huge, { atItMs: 1000 }, 'refuse'],
    ['at large work for the drain time', large, { atItMs: 1000 }, 'end'],
    ['at large work', large, { atItMs: 999 }, 'wait'],
    ['at large work, its rollback too long, but with time left', huge, { atItMs: 999 }, 'wait'],
    ['at other work', { ...busy, changes: LARGE - 1 }, { atItMs: 9000 }, 'leave'],
  ] as const)('%s', (_, now, past, decision) => {
    expect(beforeRevoke(now, { ...nothing, ...past }, limits)).toBe(decision);
  });

  it('has a rollback that just fits into what is left', () => {
    expect(rollbackTakesMs(250_000)).toBe(5000);
    expect(beforeRevoke(session({ changes: 250_000 }), { ...nothing, outOfTime: true }, limits)).toBe('end');
  });
});

describe('after the REVOKE, while long work may finish, a session that was at such work', () => {
  it.each([
    ['is idle', idle, 'end'],
    ['is at the same work', busy, 'wait'],
    ['is at another statement of the same CALL', { ...other, commandAt: 104 }, 'wait'],
    ['is at other work', other, 'leave'],
    ['is killed', killed, 'leave'],
  ] as const)('%s', (_, now, decision) => {
    expect(whileLongWork(now, { ...busy, commandAt: 100 }, false)).toBe(decision);
  });

  it('was ended by us, and is still there', () => {
    expect(whileLongWork(idle, busy, true)).toBe('leave');
  });

  it('was not at such work: it writes on', () => {
    expect(whileLongWork(idle, undefined, false)).toBe('leave');
    expect(whileLongWork(busy, undefined, false)).toBe('leave');
  });
});

describe('after that, a session', () => {
  const kept = session({ kept: true, user: 'root' });
  const login = session({ user: 'unauthenticated user', state: 'login', work: 'statement null' });
  const nothing = { ended: false, momentOver: false, timeOver: false };
  const moment = { momentOver: true };
  const time = { timeOver: true };

  it.each([
    ['that was not there at first', undefined, idle, { ...moment, ...time }, 'leave'],
    ['a login under way', login, login, {}, 'wait'],
    ['a login under way, its moment over', login, login, moment, 'end'],
    ['a login under way, its time over', login, login, time, 'end'],
    ['a login that became a kept account, at work', login, kept, time, 'leave'],
    ['a login that became a kept account, idle', login, { ...kept, state: 'idle' }, moment, 'leave'],
    ['a login that became an application, idle', login, idle, {}, 'end'],
    ['a login that became an application, at work', login, other, {}, 'wait'],
    ['a login that became an application, at work, its moment over', login, other, moment, 'end'],
    ['of a kept account, idle', kept, { ...kept, state: 'idle' }, { ...moment, ...time }, 'leave'],
    ['of a kept account, killed by somebody', kept, { ...kept, state: 'ending' }, time, 'leave'],
    ['of a kept account, killed by us', kept, { ...kept, state: 'ending' }, { ...time, ended: true }, 'wait'],
    ['of a kept account, at other work', kept, { ...kept, work: 'transaction 2' }, { ...moment, ...time }, 'leave'],
    ['of a kept account, at the first work', kept, kept, moment, 'wait'],
    ['of a kept account, at the first work, its time over', kept, kept, time, 'end'],
    ['of a kept account by a routine, which is over', kept, { ...idle, user: 'app' }, {}, 'end'],
    ['of a kept account by a routine, at other work now', kept, { ...other, user: 'app' }, moment, 'end'],
    ['of an application that runs a kept account’s routine now', busy, { ...other, user: 'root' }, moment, 'end'],
    ['killed', busy, killed, { ...moment, ...time }, 'wait'],
    ['idle', busy, idle, {}, 'end'],
    ['idle, although it was ended', busy, idle, { ended: true }, 'end'],
    ['at the first work', busy, busy, moment, 'wait'],
    ['at the first work, its time over', busy, busy, time, 'end'],
    ['at other work', busy, other, {}, 'wait'],
    ['at other work, its moment over', busy, other, moment, 'end'],
    ['at other work, its time over', busy, other, time, 'end'],
  ] as const)('%s', (_, first, now, past, decision) => {
    expect(afterRevoke(now, first, { ...nothing, ...past })).toBe(decision);
  });

  it('of a kept account is at the same work for 30 ms more than others: another statement of it is rather waited for', () => {
    const [first, now] = [
      { ...kept, commandAt: 100 },
      { ...kept, work: 'transaction 2', commandAt: 130 },
    ];
    expect(afterRevoke(now, first, nothing)).toBe('wait');
    expect(afterRevoke({ ...now, commandAt: 131 }, first, nothing)).toBe('leave');
  });
});
