import type { Connection } from 'mysql2';
import { ServerError } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import { brief, type DriverError, serverError } from './failure.ts';
import { watchBytes } from './meter.ts';
import type { Limits } from './options.ts';

/** Limit for the answer to one packet: far more than any list that is read here. */
const ANSWER_BYTES = 64 * 1024 * 1024;
const SLOW_MS = 2000;

/** Why there is no answer; `running`: the server may still be executing the statement. */
export interface NoAnswer {
  readonly reason: unknown;
  readonly running: boolean;
  /** The connection can no longer be used. */
  readonly lost: boolean;
}

/**
 * Sends one packet and waits for its whole answer, within `statementMs` and {@link ANSWER_BYTES}; `signal` ends it.
 * Rejects with a {@link NoAnswer}.
 */
export function send(raw: Connection, target: Target, sql: string, limits: Limits): Promise<unknown> {
  const { signal, statementMs, onSlow } = limits;
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(deadline);
      clearInterval(slow);
      signal?.removeEventListener('abort', abort);
      unwatch();
    };
    const give = (answer: NoAnswer) => {
      settle();
      reject(answer);
    };
    const unwatch = watchBytes(raw, ANSWER_BYTES, () => {
      raw.destroy();
      give({ reason: endless(target, sql), running: false, lost: true });
    });
    const abort = () => give({ reason: signal?.reason, running: true, lost: true });
    const late = () => give({ reason: timedOut(target, sql, statementMs), running: true, lost: true });
    const deadline = setTimeout(late, statementMs);
    const slow = setInterval(() => onSlow?.(`${nameOf(target)}: ${brief(sql)}`), SLOW_MS);
    signal?.addEventListener('abort', abort, { once: true });
    raw.query(sql, (error: DriverError | null, result: unknown) => {
      const lost = error?.fatal === true;
      if (error) return give({ reason: serverError(target, `${brief(sql)} failed`, error), running: lost, lost });
      settle();
      resolve(result);
    });
  });
}

function timedOut(target: Target, sql: string, ms: number): ServerError {
  const what = `${brief(sql)} did not finish within ${ms / 1000} s (held up by another session's lock?)`;
  return new ServerError({ server: nameOf(target), what, code: 'DEADLINE' });
}

function endless(target: Target, sql: string): ServerError {
  const most = `${ANSWER_BYTES / 1024 / 1024} MiB`;
  const what = `${brief(sql)} answered with more than ${most}: the connection was closed. Is that a MySQL or MariaDB server, and the right one?`;
  return new ServerError({ server: nameOf(target), what, code: 'TOO_MUCH' });
}
