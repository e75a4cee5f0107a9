import { HelperError } from '../../base/errors.ts';

/** A signal for work that must not be cut off in the middle: aborted `graceMs` after `interrupt`, at the latest at the limit. */
export function patient(
  interrupt: AbortSignal,
  { graceMs, limitMs, what }: { readonly graceMs: number; readonly limitMs: number; readonly what: string },
): AbortSignal {
  const controller = new AbortController();
  const after = (ms: number, reason: unknown) => void setTimeout(() => controller.abort(reason), ms).unref();
  after(limitMs, new HelperError(`${what} did not end within ${limitMs / 1000} s`));
  const interrupted = () => after(graceMs, interrupt.reason);
  if (interrupt.aborted) interrupted();
  else interrupt.addEventListener('abort', interrupted, { once: true });
  return controller.signal;
}
