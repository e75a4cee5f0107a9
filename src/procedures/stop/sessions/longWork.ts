import { isKeptSession } from '../../../capabilities/accounts/who.ts';
import {
  type ClientSession,
  endSessions,
  isSameWork,
  look,
  type Work,
} from '../../../capabilities/sessions/clients.ts';
import { pollUntil } from '../../engine/waiting.ts';
import type { SwitchContext } from '../../switch/context.ts';
import { keptAccounts, noteUsers, type StopFacts } from '../facts.ts';
import { describe } from './letFinish.ts';

/** A client's session at one moment; `kept`: of an account that keeps its rights. */
export interface SessionNow extends ClientSession {
  readonly kept: boolean;
}

export async function lookAtAll(
  facts: StopFacts,
  context: SwitchContext,
  options: { readonly logins?: boolean } = {},
): Promise<Map<number, SessionNow>> {
  const session = await context.sessions.withoutBinlog(context.origMaster);
  const sessions = noteUsers(facts, await look(session, context.rules.mhaUsers, options));
  return new Map(sessions.map((s) => [s.id, { ...s, kept: isOfKept(facts, s) }]));
}

/** Whether it can only be a session of an account that keeps its rights. */
export function isOfKept(facts: StopFacts, session: ClientSession): boolean {
  const all = facts.accounts.map((state) => state.account);
  return isKeptSession(session, keptAccounts(facts), all);
}

/** What each session that is not idle is at now. */
export async function atWork(facts: StopFacts, context: SwitchContext): Promise<ReadonlyMap<number, Work>> {
  const sessions = [...(await lookAtAll(facts, context)).values()];
  return new Map(sessions.filter((s) => s.state === 'busy' && !s.kept).map((s) => [s.id, s]));
}

/**
 * Nobody can log in any more, and those who are in can still write. Where some of `now` have been at the same work since
 * before, the others go on until that is done, or until `over`: ending them first would only make their outage longer.
 * Each that has finished is ended as soon as it is seen idle. Kept accounts' sessions are not waited for.
 */
export async function letLongWorkFinish(
  context: SwitchContext,
  facts: StopFacts,
  now: ReadonlyMap<number, SessionNow>,
  over: number,
): Promise<{ readonly waited: boolean; readonly ended: Set<number> }> {
  const ended = new Set<number>();
  const long = new Map(
    [...now].filter(([id, s]) => {
      const before = facts.atWork?.get(id);
      return before && isSameWork(before, s) && !hadItsTime(facts, id, s);
    }),
  );
  const limitMs = over - context.clock.ticks();
  if (long.size === 0 || limitMs <= 0) return { waited: false, ended };
  const session = await context.sessions.withoutBinlog(context.origMaster);
  await pollUntil(context, { stepMs: 1, limitMs, what: 'running transactions' }, async () => {
    const sessions = (await look(session, context.rules.mhaUsers)).filter((s) => long.has(s.id));
    const done = sessions.filter((s) => s.state === 'idle' && !ended.has(s.id)).map((s) => s.id);
    await endSessions(session, done);
    for (const id of done) ended.add(id);
    return stillRunning(
      sessions.filter((s) => {
        const before = long.get(s.id);
        return before && s.state === 'busy' && isSameWork(before, s);
      }),
    );
  });
  return { waited: true, ended };
}

function stillRunning(sessions: readonly ClientSession[]): string | undefined {
  return sessions.length > 0 ? `${sessions.length} still running: ${describe(sessions)}` : undefined;
}

/** Whether the session is at work that had all the time it may have. */
export function hadItsTime(facts: StopFacts, id: number, work: Work): boolean {
  const before = facts.outlasted?.get(id);
  return before !== undefined && isSameWork(before, work);
}
