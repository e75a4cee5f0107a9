import { ServerError } from '../../../base/errors.ts';
import { nameOf } from '../../../base/server.ts';
import { type ClientSession, endSessions, isSameWork, look } from '../../../capabilities/sessions/clients.ts';
import { noop, type Step } from '../../engine/step.ts';
import { pollUntil } from '../../engine/waiting.ts';
import type { SwitchContext } from '../../switch/context.ts';
import type { StopFacts } from '../facts.ts';
import { describe } from './letFinish.ts';
import { hadItsTime, isOfKept, letLongWorkFinish, lookAtAll, type SessionNow } from './longWork.ts';
import { readRollbacks } from './rollbacks.ts';

/**
 * Ends the sessions that were there when the rights were taken; a session goes on writing after a REVOKE (seen). While
 * work that takes long is being finished, all others write on. Then those idle outside a transaction end at once, those
 * with work in hand when it is done or when the drain time is over. Sessions that logged in later hold no rights and are
 * left alone; a login that was under way may have them, since the server has read them before it asks for the password
 * (seen on MySQL 9.7), and is ended too.
 */
export function drain(facts: StopFacts): Step<SwitchContext, null> {
  const counts: Counts = { ended: 0, atWork: 0 };
  return {
    name: 'drain',
    title: (context) => `original master ${nameOf(context.origMaster)}: sessions ended`,
    capture: async (context) => {
      facts.rollbacks = await readRollbacks(await context.sessions.withoutBinlog(context.origMaster));
      return null;
    },
    do: (context) => endAll(facts, context, counts),
    verify: noop,
    counts: () => ({ ...counts }),
    undo: noop,
  };
}

/**
 * For so long, and so many looks, a session with new work is only ended when it is seen idle; then at once: it began
 * without rights. Looks count because a machine that stands still for a moment shows nobody idle.
 */
const GRACE = { ms: 50, looks: 10 };

async function endAll(facts: StopFacts, context: SwitchContext, counts: Counts): Promise<void> {
  const { clock, settings } = context;
  const over = (facts.drainStarted ?? clock.ticks()) + settings.drainMs;
  let first = await lookAtAll(facts, context, LOGINS);
  const { waited, ended } = await letLongWorkFinish(context, facts, first, over);
  if (waited) first = await lookAtAll(facts, context, LOGINS);
  const shortWorkOver = clock.ticks() + Math.min(settings.drainMs, SHORT_WORK_MS);
  await endThose(context, facts, { first, ended, over: Math.max(over, shortWorkOver), counts });
  counts.ended = ended.size;
  context.log.info(`${ended.size} sessions ended`);
}

const LOGINS = { logins: true };

/** What began while other work was being waited for has so much time at least. */
const SHORT_WORK_MS = 1000;

/** `atWork`: of those ended, the sessions that were in a transaction or a statement when last seen before. */
interface Counts {
  ended: number;
  atWork: number;
}

interface Ending {
  readonly first: ReadonlyMap<number, SessionNow>;
  readonly ended: Set<number>;
  readonly over: number;
  readonly counts: Counts;
}

async function endThose(context: SwitchContext, facts: StopFacts, ending: Ending): Promise<void> {
  const { first, ended, over, counts } = ending;
  const session = await context.sessions.withoutBinlog(context.origMaster);
  const started = context.clock.ticks();
  let looks = 0;
  const step = async (): Promise<string | undefined> => {
    const now = (await look(session, context.rules.mhaUsers, LOGINS)).filter((s) => first.has(s.id));
    looks += 1;
    const graceIsOver = looks > GRACE.looks && context.clock.ticks() - started > GRACE.ms;
    const allIsOver = context.clock.ticks() >= over;
    const timeIsUp = (s: ClientSession) => allIsOver || hadItsTime(facts, s.id, s);
    const before = (s: ClientSession) => asKnown(facts, first.get(s.id), s);
    const due = now.filter((s) => isDue(s, before(s), graceIsOver, timeIsUp(s)));
    await endSessions(
      session,
      due.map((s) => s.id),
    );
    counts.atWork += due.filter((s) => s.state === 'busy' && !ended.has(s.id)).length;
    for (const s of due) ended.add(s.id);
    const left = now.filter((s) => ended.has(s.id) || holdsUp(s, before(s)));
    return left.length > 0 ? `${left.length} sessions: ${describe(left)}` : undefined;
  };
  const limitMs = Math.max(over - started, 0) + context.settings.statementMs;
  const left = await pollUntil(context, { stepMs: 2, limitMs, what: 'sessions to end' }, step);
  if (left) throw new ServerError(`${nameOf(context.origMaster)}: killed, but still there: ${left}`);
}

/** A login under way was nobody's; whose it was is known when it is done. */
function asKnown(facts: StopFacts, first: SessionNow | undefined, now: ClientSession): SessionNow | undefined {
  if (first?.state !== 'login' || now.state === 'login') return first;
  return { ...first, user: now.user, kept: isOfKept(facts, now) };
}

/** A kept account's session is ended only for work that outlasts the drain: it would hang MHA's lock. */
function isDue(now: ClientSession, first: SessionNow | undefined, graceIsOver: boolean, timeIsUp: boolean): boolean {
  if (now.state === 'ending' || !first) return false;
  if (now.state === 'login') return graceIsOver || timeIsUp;
  if (isKept(now, first)) return timeIsUp && now.state === 'busy' && isSameWork(first, now, KEPT_MS);
  return timeIsUp || now.state === 'idle' || (graceIsOver && !isSameWork(first, now));
}

function holdsUp(now: ClientSession, first: SessionNow | undefined): boolean {
  return !first || !isKept(now, first) || (now.state === 'busy' && isSameWork(first, now, KEPT_MS));
}

/** Rather wait for a kept account's next statement than leave somebody in who writes in its name. */
const KEPT_MS = 30;

/** Whoever runs a routine of a kept account looks like that account only while it runs. */
function isKept(now: ClientSession, first: SessionNow): boolean {
  return first.kept && now.user === first.user;
}
