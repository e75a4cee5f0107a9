/** What happens, for the operator; MHA appends what its scripts print to manager_log. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
}

/** The levels, in MHA's words. */
export const LOG_LEVELS = ['error', 'warning', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Where lines go that must keep their order: at once where nothing is waiting, else after what is. */
export class InOrder {
  #tail: Promise<void> | undefined;

  /** Runs `work` when everything before it has run. Its failure is ignored: nobody's work depends on a line. */
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

  /** Resolves once everything has been done. */
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

/** A log that is loaded with its first message: what comes before that does not wait for it. */
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
