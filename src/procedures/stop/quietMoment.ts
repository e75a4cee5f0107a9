import { nameOf } from '../../base/server.ts';
import { isSameWork, type Work } from '../../capabilities/threads.ts';
import type { SwitchContext } from '../context.ts';
import { nothing, type Step } from '../step.ts';
import { every } from '../waiting.ts';
import type { StopFacts } from './facts.ts';
import { atWork, hadItsTime } from './longWork.ts';

/** Work that has gone on for less is over before anybody notices the wait for it. */
const LONG_MS = 20;

/** The accounts have been read by then: a right that is given meanwhile would be taken and not be known of. */
const MOMENT_MS = 250;

/**
 * Waits until no session has been at the same work for long: whatever runs when the rights are taken keeps everybody out
 * until it is done. Work that had its drain time already is not waited for; nor does waiting here take from anybody's.
 */
export function noLongWork(facts: StopFacts): Step<SwitchContext, null> {
  return waiting(facts, 'long transactions', 'long transactions end', Number.POSITIVE_INFINITY);
}

/** The same for a short time, between reading the accounts and taking their rights. */
export function quietMoment(facts: StopFacts): Step<SwitchContext, null> {
  return waiting(facts, 'quiet moment', 'a moment without long transactions', MOMENT_MS);
}

function waiting(facts: StopFacts, name: string, what: string, mostMs: number): Step<SwitchContext, null> {
  return {
    name,
    title: (context) => `original master ${nameOf(context.origMaster)}: ${what}`,
    capture: async (context) => {
      facts.atWork = await atWork(facts, context);
      return null;
    },
    do: async (context) => {
      const started = context.clock.ticks();
      const since = new Map([...(facts.atWork ?? [])].map(([id, work]) => [id, { work, at: started - LONG_MS }]));
      const limitMs = Math.min(context.settings.drainMs, mostMs);
      const wait = { stepMs: 2, limitMs, what: 'a moment without long transactions' };
      await every(context, wait, async () => {
        facts.atWork = await atWork(facts, context);
        const long = longAtWork(facts, since, context.clock.ticks());
        return long > 0 ? `${long} at work` : undefined;
      });
      if (facts.drainStarted !== undefined) facts.drainStarted += context.clock.ticks() - started;
    },
    verify: nothing,
    undo: nothing,
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
