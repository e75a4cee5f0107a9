import type { EngineContext } from './step.ts';

/** How a wait goes: looked at every `stepMs`, for `limitMs` at most; `what` names it for the operator. */
export interface Wait {
  readonly stepMs: number;
  readonly limitMs: number;
  readonly what: string;
}

/**
 * Looks until there is nothing left to wait for. `left` returns what there still is, in words, or undefined at the end;
 * every two seconds that is logged. Returns what was left when the time was over, undefined otherwise.
 */
export async function pollUntil(
  context: EngineContext,
  wait: Wait,
  left: () => Promise<string | undefined>,
): Promise<string | undefined> {
  const started = context.clock.ticks();
  let logged = started;
  for (;;) {
    const now = await left();
    if (now === undefined) return undefined;
    const passed = context.clock.ticks() - started;
    if (passed >= wait.limitMs) return now;
    if (context.clock.ticks() - logged >= 2000) {
      logged = context.clock.ticks();
      context.log.info(`waiting for ${wait.what}: ${now}; ${Math.ceil((wait.limitMs - passed) / 1000)} s left`);
    }
    await context.clock.sleep(Math.min(wait.stepMs, Math.max(wait.limitMs - passed, 1)), context.signal);
  }
}
