import type { Session } from '../../../adapters/mysql/session.ts';
import { ServerError } from '../../../base/errors.ts';
import { nameOf } from '../../../base/server.ts';
import { endSessions } from '../../../capabilities/sessions/clients.ts';
import { noop, type Step } from '../../engine/step.ts';
import { pollUntil } from '../../engine/waiting.ts';
import type { SwitchContext } from '../../switch/context.ts';
import { afterRevoke, whileLongWork } from './decide.ts';
import { type ClientSessions, describe, type SessionNow, stillRunning } from './index.ts';

/**
 * Ends the sessions that were there when the rights were taken; a session goes on writing after a REVOKE (seen). While
 * work that takes long is being finished, all others write on. Then those idle outside a transaction end at once, those
 * with work in hand when it is done or when the drain time is over. Sessions that logged in later hold no rights and are
 * left alone; a login that was under way may have them, since the server has read them before it asks for the password
 * (seen on MySQL 9.7), and is ended too.
 */
export function drain(clients: ClientSessions): Step<SwitchContext, null> {
  const counts: Counts = { ended: 0, atWork: 0 };
  return {
    name: 'drain',
    title: (context) => `original master ${nameOf(context.origMaster)}: sessions ended`,
    capture: async (context) => {
      await clients.noteRollbacks(await context.sessions.withoutBinlog(context.origMaster));
      return null;
    },
    do: (context) => endAll(clients, context, counts),
    verify: noop,
    counts: () => ({ ...counts }),
    undo: noop,
  };
}

/**
 * The moment that new work gets to be seen idle: so long, and so many looks. Then it is ended at once, since it began without
 * rights. Looks count because a machine that stands still for a moment shows nobody idle.
 */
const MOMENT = { ms: 50, looks: 10 };

/** What began while other work was being waited for has at least so much time. */
const SHORT_WORK_MS = 1000;

const LOGINS = { logins: true };

/** `atWork`: of those ended, the sessions that were in a transaction or a statement when last seen before. */
interface Counts {
  ended: number;
  atWork: number;
}

/** What the two parts of the drain share. Both use one connection: a lost one ends the drain. */
interface Draining {
  readonly context: SwitchContext;
  readonly clients: ClientSessions;
  readonly session: Session;
  readonly ended: Set<number>;
}

async function endAll(clients: ClientSessions, context: SwitchContext, counts: Counts): Promise<void> {
  const { clock, settings } = context;
  const over = clients.drainOver(context);
  const session = await context.sessions.withoutBinlog(context.origMaster);
  const draining = { context, clients, session, ended: new Set<number>() };
  let first = await clients.look(session, LOGINS);
  if (await letLongWorkFinish(draining, first, over)) first = await clients.look(session, LOGINS);
  const shortWorkOver = clock.ticks() + Math.min(settings.drainMs, SHORT_WORK_MS);
  await endThose(draining, first, Math.max(over, shortWorkOver), counts);
  counts.ended = draining.ended.size;
  context.log.info(`${counts.ended} sessions ended`);
}

/**
 * If some of `now` have been at the same work since before the REVOKE, waits until that is done, or until `over`. Each that
 * has finished is ended as soon as it is seen idle. Kept accounts' sessions are not waited for. True if it waited.
 */
async function letLongWorkFinish(draining: Draining, now: readonly SessionNow[], over: number): Promise<boolean> {
  const { context, clients, session, ended } = draining;
  const long = new Map(now.filter((s) => clients.wasAtWork(s) && !clients.hadItsTime(s)).map((s) => [s.id, s]));
  const limitMs = over - context.clock.ticks();
  if (long.size === 0 || limitMs <= 0) return false;
  await pollUntil(context, { stepMs: 1, limitMs, what: 'running transactions' }, async () => {
    const decided = (await clients.look(session)).map((s) => {
      const first = long.get(s.id);
      return { s, decision: first ? whileLongWork(first, s) : 'leave' };
    });
    const done = decided.filter(({ s, decision }) => decision === 'end' && !ended.has(s.id)).map(({ s }) => s);
    await endSessions(session, done);
    for (const { id } of done) ended.add(id);
    return stillRunning(decided.filter(({ decision }) => decision === 'wait').map(({ s }) => s));
  });
  return true;
}

/** @throws ServerError if one is still there when its time is over and it has been killed. */
async function endThose(draining: Draining, there: readonly SessionNow[], over: number, counts: Counts): Promise<void> {
  const { context, clients, session, ended } = draining;
  const first = new Map(there.map((s) => [s.id, s]));
  const started = context.clock.ticks();
  let looks = 0;
  const step = async (): Promise<string | undefined> => {
    const seen = await clients.look(session, LOGINS);
    looks += 1;
    const now = context.clock.ticks();
    const momentOver = looks > MOMENT.looks && now - started > MOMENT.ms;
    const due: SessionNow[] = [];
    const left: SessionNow[] = [];
    for (const s of seen) {
      const before = first.get(s.id);
      const past = { ended: ended.has(s.id), momentOver, timeOver: now >= over || clients.hadItsTime(s) };
      const decision = before ? afterRevoke(s, before, past) : 'leave';
      if (decision === 'end') due.push(s);
      if (decision !== 'leave') left.push(s);
    }
    await endSessions(session, due);
    counts.atWork += due.filter((s) => s.state === 'busy' && !ended.has(s.id)).length;
    for (const { id } of due) ended.add(id);
    return left.length > 0 ? `${left.length} sessions: ${describe(left)}` : undefined;
  };
  const limitMs = Math.max(over - started, 0) + context.settings.statementMs;
  const left = await pollUntil(context, { stepMs: 2, limitMs, what: 'sessions to end' }, step);
  if (left) throw new ServerError(`${nameOf(context.origMaster)}: killed, but still there: ${left}`);
}
