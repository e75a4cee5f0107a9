import { ServerError } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import { isKeptSession } from '../../capabilities/accounts/who.ts';
import { type ClientSession, endSessions, look } from '../../capabilities/threads.ts';
import type { SwitchContext } from '../context.ts';
import { nothing, type Step } from '../step.ts';
import { every } from '../waiting.ts';
import { keptAccounts, type StopFacts } from './facts.ts';
import { describe } from './letFinish.ts';

/**
 * Ends the sessions that were there when the rights were taken; a session goes on writing after a REVOKE (seen). Those
 * idle outside a transaction end at once, those with work in hand when it is done or when the drain time is over.
 * Sessions that logged in later hold no rights and are left alone.
 */
export function drain(facts: StopFacts): Step<SwitchContext, null> {
  const counts = { ended: 0, atWork: 0 };
  return {
    name: 'drain',
    title: (context) => `original master ${nameOf(context.origMaster)}: sessions ended`,
    capture: async () => null,
    do: (context) => endAll(facts, context, counts),
    verify: nothing,
    counts: () => counts,
    undo: nothing,
  };
}

/** For so long a session with new work is only ended when it is seen idle; then at once: it began without rights. */
const GRACE_MS = 50;

/** `atWork`: of those ended, the sessions that had work in hand when the time was over. */
async function endAll(
  facts: StopFacts,
  context: SwitchContext,
  counts: { ended: number; atWork: number },
): Promise<void> {
  const session = await context.sessions.unlogged(context.origMaster);
  const started = context.clock.ticks();
  const over = (facts.drainStarted ?? started) + context.settings.drainMs;
  const first = sessionsAtFirst(await look(session, context.rules.mhaUsers), facts);
  const ended = new Set<number>();
  const step = async (): Promise<string | undefined> => {
    const now = (await look(session, context.rules.mhaUsers)).filter((s) => first.has(s.id));
    const passedMs = context.clock.ticks() - started;
    const timeIsUp = context.clock.ticks() >= over;
    const due = now.filter((s) => isDue(s, first.get(s.id), passedMs, timeIsUp));
    await endSessions(
      session,
      due.map((s) => s.id),
    );
    counts.atWork += due.filter((s) => timeIsUp && s.state === 'busy' && !ended.has(s.id)).length;
    for (const s of due) ended.add(s.id);
    const left = now.filter((s) => ended.has(s.id) || holdsUp(s, first.get(s.id)));
    return left.length > 0 ? `${left.length} sessions: ${describe(left)}` : undefined;
  };
  const limitMs = Math.max(over - started, 0) + context.settings.statementMs;
  const left = await every(context, { stepMs: 2, limitMs, what: 'sessions to end' }, step);
  if (left) throw new ServerError(`${nameOf(context.origMaster)}: killed, but still there: ${left}`);
  counts.ended = ended.size;
  context.log.info(`${ended.size} sessions ended`);
}

/** A session as it was when the rights were taken; `kept`: of an account that keeps them. */
interface FirstLook {
  readonly kept: boolean;
  readonly work: string;
}

function sessionsAtFirst(sessions: readonly ClientSession[], facts: StopFacts): Map<number, FirstLook> {
  const kept = keptAccounts(facts);
  const all = facts.accounts.map((state) => state.account);
  return new Map(sessions.map((s) => [s.id, { kept: isKeptSession(s, kept, all), work: s.work }]));
}

/** A kept account's session is ended only for work that outlasts the drain: it would hang MHA's lock. */
function isDue(now: ClientSession, first: FirstLook | undefined, passedMs: number, timeIsUp: boolean): boolean {
  if (now.state === 'ending' || !first) return false;
  if (first.kept) return timeIsUp && now.state === 'busy' && now.work === first.work;
  return timeIsUp || now.state === 'idle' || (passedMs > GRACE_MS && now.work !== first.work);
}

function holdsUp(now: ClientSession, first: FirstLook | undefined): boolean {
  return !first?.kept || (now.state === 'busy' && now.work === first.work);
}
