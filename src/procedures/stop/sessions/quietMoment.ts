import { nameOf } from '../../../base/server.ts';
import { isSameWork, type Work } from '../../../capabilities/sessions/clients.ts';
import { noop, type Step } from '../../engine/step.ts';
import { pollUntil } from '../../engine/waiting.ts';
import type { SwitchContext } from '../../switch/context.ts';
import type { StopFacts } from '../facts.ts';
import { untilNoneIsLarge } from './endLongWork.ts';
import { atWork, hadItsTime } from './longWork.ts';

/** Work that has gone on for less is over before anybody notices the wait for it. */
const LONG_MS = 20;

/**
 * Waits for a moment when no session has been at the same work for long: whatever runs when the rights are taken keeps
 * everybody out until it is done. This takes half of what is left of the drain time, at most; work that had all of it
 * already is not waited for.
 */
export function quietMoment(facts: StopFacts): Step<SwitchContext, null> {
  return {
    name: 'quiet moment',
    title: (context) => `original master ${nameOf(context.origMaster)}: a moment without long transactions`,
    capture: async () => null,
    do: async (context) => {
      const started = context.clock.ticks();
      const first = await atWork(facts, context);
      const since = new Map([...first].map(([id, work]) => [id, { work, at: started - LONG_MS }]));
      const over = (facts.drainStarted ?? started) + context.settings.drainMs;
      const limitMs = Math.max(over - started, 0) / 2;
      const wait = { stepMs: 2, limitMs, what: 'a moment without long transactions' };
      await pollUntil(context, wait, async () => {
        facts.atWork = await atWork(facts, context);
        const long = longAtWork(facts, since, context.clock.ticks());
        return long > 0 ? `${long} at work` : undefined;
      });
      await untilNoneIsLarge(facts, context);
      facts.atWork = await atWork(facts, context);
    },
    verify: noop,
    undo: noop,
  };
}

/** Notes since when each session is at what it is at, and counts those that have been for long. */
function longAtWork(facts: StopFacts, since: Map<number, { work: Work; at: number }>, now: number): number {
  let long = 0;
  for (const [id, work] of facts.atWork ?? []) {
    const known = since.get(id);
    const began = known && isSameWork(known.work, work) ? known : { work, at: now };
    since.set(id, began);
    if (!hadItsTime(facts, id, work) && now - began.at >= LONG_MS) long += 1;
  }
  return long;
}
