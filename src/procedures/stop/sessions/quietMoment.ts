import type { Step } from '../../engine/step.ts';
import { pollUntil } from '../../engine/waiting.ts';
import { atOrigMaster, origSession, type SwitchContext } from '../../switch/context.ts';
import { untilNoneIsLarge } from './endLongWork.ts';
import type { ClientSessions } from './index.ts';
import { WorkSince } from './workSince.ts';

/** Shorter work makes no wait that anybody notices. */
const LONG_MS = 20;

/**
 * Waits until no session has been at the same work for long: what runs at the REVOKE keeps everybody out until it is done. Takes
 * at most half of the remaining drain time, and does not wait for work that has used up its time.
 */
export function quietMoment(clients: ClientSessions): Step<SwitchContext, null> {
  return {
    name: 'quiet moment',
    ...atOrigMaster('a moment without long transactions'),
    do: async (context) => {
      const { clock } = context;
      const started = clock.ticks();
      const atWork = async () => clients.lookAtWork(await origSession(context));
      const since = new WorkSince();
      for (const s of await atWork()) since.atItMs(s, started - LONG_MS);
      const limitMs = Math.max(clients.drainOver(context) - started, 0) / 2;
      const wait = { stepMs: 2, limitMs, what: 'a moment without long transactions' };
      await pollUntil(context, wait, async () => {
        const [busy, now] = [await atWork(), clock.ticks()];
        const long = busy.filter((s) => since.atItMs(s, now) >= LONG_MS && !clients.outOfTime(s));
        return long.length > 0 ? `${long.length} at work` : undefined;
      });
      await untilNoneIsLarge(clients, context);
      await atWork();
    },
  };
}
