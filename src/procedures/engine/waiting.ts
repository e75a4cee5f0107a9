import type { EngineContext } from './step.ts';

export interface Wait {
  readonly stepMs: number;
  readonly limitMs: number;
  /** What is awaited, for the log. */
  readonly what: string;
}

/**
 * Calls `left` until it returns undefined: nothing is left to wait for. Every two seconds what is left, in words, is logged.
 * Returns what is left at the limit.
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
