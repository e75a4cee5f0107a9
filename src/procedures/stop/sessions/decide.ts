import { type ClientSession, isSameWork, type Work } from '../../../capabilities/sessions/clients.ts';
import type { Decision, SessionNow } from './sessionNow.ts';

/*
 * What to do about one session at one look: the policy of index.ts, case by case. No I/O, no clock. In each table the first
 * matching row decides; each row has its unit test.
 */

/** Fewer changed rows are rolled back in no time. */
export const LARGE = 10_000;
/** A cautious guess (MariaDB 10.11 on two cores undid about 100,000 in a second). */
const UNDONE_A_SECOND = 50_000;

/** How long a rollback may take, in ms. */
export function rollbackTakesMs(changes: number): number {
  return (changes / UNDONE_A_SECOND) * 1000;
}

/**
 * While running transactions may finish, about a session that was not idle at first.
 *
 * | session                                          | decision |
 * |--------------------------------------------------|----------|
 * | gone, or idle                                    | leave    |
 * | at other work, which is not of the same CALL     | leave    |
 * | at the same work, that began later (1)           | leave    |
 * | at the same work                                 | wait     |
 *
 * (1) If the server does not number its statements, two may have the same text: their running time shows the difference.
 */
export function whileFinishing(first: ClientSession, now: ClientSession | undefined, passedMs: number): Decision {
  if (!now || now.state === 'idle') return 'leave';
  const same = now.work === first.work ? now.seconds >= Math.floor(passedMs / 1000) : isSameWork(first, now);
  return same ? 'wait' : 'leave';
}

/**
 * Before the REVOKE, about any session: large work is ended while everybody else can still work.
 *
 * | session                                                                 | decision |
 * |-------------------------------------------------------------------------|----------|
 * | ended by us, still there                                                | wait     |
 * | killed by somebody else, with a large rollback to go                    | wait     |
 * | killed by somebody else, or idle                                        | leave    |
 * | at work that used up its time, large, its rollback too long for the rest | refuse   |
 * | at work that used up its time                                           | end      |
 * | at large work for as long as the drain time, its rollback too long      | refuse   |
 * | at large work for as long as the drain time                             | end      |
 * | at large work                                                           | wait     |
 * | at other work                                                           | leave    |
 */
export function beforeRevoke(
  now: ClientSession,
  past: { readonly ended: boolean; readonly outOfTime: boolean; readonly atItMs: number },
  limits: { readonly drainMs: number; readonly rollbackMs: number },
): Decision | 'refuse' {
  if (past.ended) return 'wait';
  const large = now.changes >= LARGE;
  const due = now.state === 'busy' && (past.outOfTime || (large && past.atItMs >= limits.drainMs));
  if (!due) return large ? 'wait' : 'leave';
  return large && rollbackTakesMs(now.changes) > limits.rollbackMs ? 'refuse' : 'end';
}

/**
 * After the REVOKE, while work that ran before it may finish: about a session that was at such work at `first`.
 *
 * | session                              | decision |
 * |--------------------------------------|----------|
 * | not at such work at first            | leave    |
 * | ended by us, still there             | leave    |
 * | idle                                 | end      |
 * | at the same work                     | wait     |
 * | at other work, or killed             | leave    |
 */
export function whileLongWork(now: ClientSession, first: Work | undefined, ended: boolean): Decision {
  if (!first || ended) return 'leave';
  if (now.state === 'idle') return 'end';
  return now.state === 'busy' && isSameWork(first, now) ? 'wait' : 'leave';
}

/** When in doubt, wait for a kept account's next statement: somebody might be writing in its name. */
const KEPT_MS = 30;

/**
 * After that, about a session that was there at `first`.
 *
 * | session                                                         | decision                                             |
 * |-----------------------------------------------------------------|------------------------------------------------------|
 * | was not there at first                                          | leave                                                |
 * | a login under way                                               | wait; end once the moment or its time is over        |
 * | of a kept account (1), still at its work of the first look      | wait; end once its time is over                      |
 * | of a kept account (1), idle, killed, or at other work           | leave; wait if we ended it                           |
 * | killed                                                          | wait                                                 |
 * | idle                                                            | end                                                  |
 * | at its work of the first look                                   | wait; end once its time is over                      |
 * | at other work                                                   | wait; end once the moment or its time is over        |
 *
 * (1) At both looks: a session that runs a routine of a kept account looks like that account only meanwhile. To whom a login
 * belongs shows once it is over.
 */
export function afterRevoke(
  now: SessionNow,
  first: SessionNow | undefined,
  past: { readonly ended: boolean; readonly momentOver: boolean; readonly timeOver: boolean },
): Decision {
  if (!first) return 'leave';
  const untilTimeOver = past.timeOver ? 'end' : 'wait';
  const untilMomentOver = past.momentOver ? 'end' : untilTimeOver;
  if (now.state === 'login') return untilMomentOver;
  const { kept, user } = first.state === 'login' ? now : first;
  if (kept && now.user === user) {
    if (now.state === 'busy' && isSameWork(first, now, KEPT_MS)) return untilTimeOver;
    return past.ended ? 'wait' : 'leave';
  }
  if (now.state === 'ending') return 'wait';
  if (now.state === 'idle') return 'end';
  return isSameWork(first, now) ? untilTimeOver : untilMomentOver;
}
