/** Time: procedures get it from here, never from the machine. */
export interface Clock {
  /** Wall-clock time, for records that people read. */
  now(): Date;
  /** When this process started, by the wall clock. */
  began(): Date;
  /** Milliseconds on a clock that never jumps, for deadlines and durations. */
  ticks(): number;
  /** Resolves after `ms`, or rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Aborted with `reason` after `ms`; does not keep the process alive. */
export function deadline(ms: number, reason: Error): AbortSignal {
  const over = new AbortController();
  setTimeout(() => over.abort(reason), ms).unref();
  return over.signal;
}

export const systemClock: Clock = {
  now: () => new Date(),
  began: () => new Date(performance.timeOrigin),
  ticks: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', abort, { once: true });
    }),
};
