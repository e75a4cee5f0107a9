/** The log for the operator; MHA appends its scripts' output to manager_log. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
}

/** The levels, in MHA's words. */
export const LOG_LEVELS = ['error', 'warning', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Keeps work in order: runs it at once if nothing is waiting, otherwise after what is. */
export class InOrder {
  #tail: Promise<void> | undefined;

  /** Runs `work` after everything before it. Its failure is ignored: no work depends on a log line. */
  do(work: () => void | Promise<void>): void {
    const result = this.#tail ? this.#tail.then(work) : attempt(work);
    if (!(result instanceof Promise)) return;
    const tail: Promise<void> = result
      .catch(() => {})
      .then(() => {
        if (this.#tail === tail) this.#tail = undefined;
      });
    this.#tail = tail;
  }

  async done(): Promise<void> {
    while (this.#tail) await this.#tail;
  }
}

function attempt(work: () => void | Promise<void>): void | Promise<void> {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** A log that is loaded with its first message, to start faster. */
export function lateLog(load: () => Promise<Log>, order: InOrder): Log {
  let log: Log | undefined;
  const write = (level: LogLevel) => (message: string) =>
    order.do(() => {
      if (log) return log[level](message);
      return load().then((loaded) => {
        log = loaded;
        log[level](message);
      });
    });
  return { error: write('error'), warning: write('warning'), info: write('info'), debug: write('debug') };
}
