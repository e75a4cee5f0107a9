import type { Step } from '../../engine/step.ts';
import { pollUntil } from '../../engine/waiting.ts';
import { atOrigMaster, origSession, type SwitchContext } from '../../switch/context.ts';
import { whileFinishing } from './decide.ts';
import type { ClientSessions } from './index.ts';
import { byId, stillRunning } from './sessionNow.ts';

/** Transactions that are running now may finish, for `kill_after_timeout`, while everybody can still work. */
export function letFinish(clients: ClientSessions): Step<SwitchContext, null> {
  return {
    name: 'let transactions finish',
    ...atOrigMaster('running transactions may finish'),
    do: async (context) => {
      const { clock, settings } = context;
      const started = clock.ticks();
      clients.beginDrain(clock);
      const session = await origSession(context);
      const first = (await clients.look(session)).filter((s) => s.state !== 'idle');
      const wait = { stepMs: 25, limitMs: settings.drainMs, what: 'running transactions' };
      await pollUntil(context, wait, async () => {
        if (first.length === 0) return undefined;
        const now = byId(await clients.look(session));
        const passedMs = clock.ticks() - started;
        const left = first.filter((s) => whileFinishing(s, now.get(s.id), passedMs) === 'wait');
        clients.noteOutlasting(left);
        return stillRunning(left);
      });
    },
  };
}
