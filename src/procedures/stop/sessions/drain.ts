import type { Session } from '../../../adapters/mysql/session.ts';
import { ServerError } from '../../../base/errors.ts';
import { nameOf } from '../../../base/server.ts';
import type { Step } from '../../engine/step.ts';
import { pollUntil } from '../../engine/waiting.ts';
import { atOrigMaster, origSession, type SwitchContext } from '../../switch/context.ts';
import { afterRevoke, whileLongWork } from './decide.ts';
import type { ClientSessions } from './index.ts';
import { byId, describe, type SessionNow, stillRunning } from './sessionNow.ts';

/**
 * Ends the sessions that were there when the privileges were revoked: a session can go on writing after a REVOKE (seen). While
 * long work finishes, all others write on. Then idle sessions end at once, those at work when it is done or when the drain
 * time is over. Sessions that logged in later have no privileges and are left alone. A login that was under way may have them,
 * since the server reads them before it asks for the password (seen on MySQL 9.7), and is ended too.
 */
export function drain(clients: ClientSessions): Step<SwitchContext, null> {
  const counts: Counts = { ended: 0, atWork: 0 };
  return {
    name: 'drain',
    ...atOrigMaster('sessions ended'),
    capture: async (context) => {
      await clients.noteRollbacks(await origSession(context));
      return null;
    },
    do: (context) => endAll(clients, context, counts),
    counts: () => ({ ...counts }),
  };
}

/**
 * How long new work may take until it is seen idle; then it is ended, since it began without privileges. Looks are counted too
 * because a machine that hangs for a moment shows nobody idle.
 */
const MOMENT = { ms: 50, looks: 10 };

/** The least time for work that began during the wait for other work. */
const SHORT_WORK_MS = 1000;

const LOGINS = { logins: true };

/** `atWork`: of those ended, the sessions that were in a transaction or a statement when last seen before. */
interface Counts {
  ended: number;
  atWork: number;
}

/** Shared by both parts of the drain. They use one connection: if it is lost, the drain fails. */
interface Draining {
  readonly context: SwitchContext;
  readonly clients: ClientSessions;
  readonly session: Session;
  readonly counts: Counts;
}

async function endAll(clients: ClientSessions, context: SwitchContext, counts: Counts): Promise<void> {
  const { clock, settings } = context;
  const over = clients.drainOver(context);
  const session = await origSession(context);
  const draining = { context, clients, session, counts };
  let first = await clients.look(session, LOGINS);
  if (await letLongWorkFinish(draining, first, over)) first = await clients.look(session, LOGINS);
  const shortWorkOver = clock.ticks() + Math.min(settings.drainMs, SHORT_WORK_MS);
  await endThose(draining, first, Math.max(over, shortWorkOver));
  context.log.info(`${counts.ended} sessions ended`);
}

/**
 * Waits for those of `there` that have been at the same work since before the REVOKE, until `over`; each is ended as soon as it
 * is idle. Does not wait for kept accounts' sessions. True if it waited.
 */
async function letLongWorkFinish(draining: Draining, there: readonly SessionNow[], over: number): Promise<boolean> {
  const { context, clients, session, counts } = draining;
  const long = byId(there.filter((s) => clients.wasAtWork(s) && !clients.outOfTime(s)));
  const limitMs = over - context.clock.ticks();
  if (long.size === 0 || limitMs <= 0) return false;
  await pollUntil(context, { stepMs: 1, limitMs, what: 'running transactions' }, async () => {
    const decide = (s: SessionNow) => whileLongWork(s, long.get(s.id), clients.wasEnded(s));
    const { ended, held } = await clients.settle(session, decide);
    counts.ended += ended.length;
    return stillRunning(held.filter((s) => s.state === 'busy'));
  });
  return true;
}

/** @throws ServerError if a killed session is still there when its time is over. */
async function endThose(draining: Draining, there: readonly SessionNow[], over: number): Promise<void> {
  const { context, clients, session, counts } = draining;
  const { clock, settings, origMaster } = context;
  const first = byId(there);
  const started = clock.ticks();
  let looks = 0;
  const decide = (s: SessionNow) => {
    const now = clock.ticks();
    const momentOver = looks > MOMENT.looks && now - started > MOMENT.ms;
    const past = { ended: clients.wasEnded(s), momentOver, timeOver: now >= over || clients.outOfTime(s) };
    return afterRevoke(s, first.get(s.id), past);
  };
  const wait = { stepMs: 2, limitMs: Math.max(over - started, 0) + settings.statementMs, what: 'sessions to end' };
  const left = await pollUntil(context, wait, async () => {
    looks += 1;
    const { ended, held } = await clients.settle(session, decide, LOGINS);
    counts.ended += ended.length;
    counts.atWork += ended.filter((s) => s.state === 'busy').length;
    return held.length > 0 ? `${held.length} sessions: ${describe(held)}` : undefined;
  });
  if (left) throw new ServerError(`${nameOf(origMaster)}: killed, but still there: ${left}`);
}
