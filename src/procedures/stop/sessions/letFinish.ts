import { nameOf } from '../../../base/server.ts';
import { type ClientSession, isSameWork, look } from '../../../capabilities/sessions/clients.ts';
import { noop, type Step } from '../../engine/step.ts';
import { pollUntil } from '../../engine/waiting.ts';
import type { SwitchContext } from '../../switch/context.ts';
import { noteUsers, type StopFacts } from '../facts.ts';

/** Transactions that are running now may finish, for `kill_after_timeout`, while everybody can still work. */
export function letFinish(facts: StopFacts): Step<SwitchContext, null> {
  return {
    name: 'let transactions finish',
    title: (context) => `original master ${nameOf(context.origMaster)}: running transactions may finish`,
    capture: async () => null,
    do: async (context) => {
      const started = context.clock.ticks();
      facts.drainStarted = started;
      const session = await context.sessions.withoutBinlog(context.origMaster);
      const lookNow = async () => noteUsers(facts, await look(session, context.rules.mhaUsers));
      const first = (await lookNow()).filter((s) => s.state !== 'idle');
      await pollUntil(
        context,
        { stepMs: 25, limitMs: context.settings.drainMs, what: 'running transactions' },
        async () => {
          if (first.length === 0) return undefined;
          const now = await lookNow();
          const passed = (context.clock.ticks() - started) / 1000;
          const left = first.filter((before) => now.some((s) => stillAtIt(before, s, passed)));
          facts.outlasted = new Map(left.map((s) => [s.id, s]));
          return left.length > 0 ? `${left.length} still running: ${describe(left)}` : undefined;
        },
      );
    },
    verify: noop,
    undo: noop,
  };
}

/** The same work goes on: a later transaction of the session began after the first look. */
function stillAtIt(before: ClientSession, now: ClientSession, passedSeconds: number): boolean {
  if (now.id !== before.id || now.state === 'idle') return false;
  if (now.work !== before.work) return isSameWork(before, now);
  return now.seconds >= Math.floor(passedSeconds);
}

export function describe(sessions: readonly ClientSession[]): string {
  const some = sessions.slice(0, 5).map((s) => `${s.id} (${s.user}@${s.host}, ${s.seconds} s)`);
  return some.join(', ') + (sessions.length > 5 ? ', ...' : '');
}
