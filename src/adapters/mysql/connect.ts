import mysql, { type Connection, type SqlValue } from 'mysql2';
import { ServerError } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import { DIALECT_QUESTIONS, type Dialect, dialectOf } from './dialect.ts';
import { endOnServer } from './endOnServer.ts';
import { brief, type DriverError, serverError } from './failure.ts';
import { driverOptions, type Limits, type Tls } from './options.ts';
import type { Row, Session } from './session.ts';

/**
 * Quoting here relies on it: no ANSI_QUOTES, no NO_BACKSLASH_ESCAPES, whatever the server's default. With
 * NO_AUTO_CREATE_USER (MariaDB, MySQL 5.7) a GRANT to an account that is gone fails instead of creating one without a
 * password; MySQL 8 knows no other way, and refuses the mode.
 */
const SQL_MODE = 'NO_AUTO_CREATE_USER';
const ER_WRONG_VALUE_FOR_VAR = 1231;

async function prepareSession(session: Session): Promise<void> {
  const set = (mode: string) =>
    session.rows(`SET SESSION sql_mode = '${mode}', SESSION autocommit = 1, SESSION wait_timeout = 28800`);
  await set(SQL_MODE).catch((error: unknown) => {
    if (!(error instanceof ServerError && error.code === ER_WRONG_VALUE_FOR_VAR)) throw error;
    return set('');
  });
}

/** Connects and prepares the session; a {@link ServerError} says where and why not. */
export async function connect(target: Target, limits: Limits, tls?: Tls): Promise<Session> {
  limits.signal?.throwIfAborted();
  const raw = await open(target, limits, tls);
  const shared: Shared = { raw, target, tls, lost: false };
  raw.on('error', () => {
    shared.lost = true;
  });
  const session = new MysqlSession(shared, limits);
  try {
    await prepareSession(session);
  } catch (error) {
    raw.destroy();
    throw error;
  }
  return session;
}

interface Shared {
  readonly raw: Connection;
  readonly target: Target;
  readonly tls: Tls | undefined;
  lost: boolean;
  dialect?: Dialect;
}

function open(target: Target, limits: Limits, tls: Tls | undefined): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const raw = mysql.createConnection(driverOptions(target, limits, tls));
    const giveUp = setTimeout(
      () => fail({ name: 'Error', message: `no answer within ${limits.connectMs / 1000} s`, code: 'ETIMEDOUT' }),
      limits.connectMs,
    );
    const fail = (error: DriverError) => {
      clearTimeout(giveUp);
      raw.removeAllListeners('error');
      raw.on('error', () => {});
      raw.destroy();
      reject(serverError(target, `cannot connect as ${target.user}`, error));
    };
    raw.once('error', fail);
    raw.once('connect', () => {
      clearTimeout(giveUp);
      raw.removeListener('error', fail);
      resolve(raw);
    });
  });
}

class MysqlSession implements Session {
  readonly #shared: Shared;
  readonly #limits: Limits;

  constructor(shared: Shared, limits: Limits) {
    this.#shared = shared;
    this.#limits = limits;
  }

  get server(): Target {
    return this.#shared.target;
  }

  get id(): number {
    return this.#shared.raw.threadId;
  }

  get alive(): boolean {
    return !this.#shared.lost;
  }

  under(limits: Partial<Limits>): Session {
    return new MysqlSession(this.#shared, { ...this.#limits, ...limits });
  }

  async rows(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    const result = await this.#send(values.length > 0 ? mysql.format(sql, [...values]) : sql);
    return Array.isArray(result) ? (result as Row[]) : [];
  }

  async many(statements: readonly string[]): Promise<Row[][]> {
    if (statements.length === 0) return [];
    const result = await this.#send(statements.join(';\n'));
    const sets = statements.length === 1 ? [result] : (result as unknown[]);
    return sets.map((set) => (Array.isArray(set) ? (set as Row[]) : []));
  }

  async dialect(): Promise<Dialect> {
    this.#shared.dialect ??= dialectOf(await this.many(DIALECT_QUESTIONS));
    return this.#shared.dialect;
  }

  close(): Promise<void> {
    this.#shared.lost = true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#shared.raw.destroy();
        resolve();
      }, 1000);
      this.#shared.raw.end(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #send(sql: string): Promise<unknown> {
    const { raw, target } = this.#shared;
    const { signal, statementMs, onSlow } = this.#limits;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#shared.lost) return Promise.reject(new ServerError(`${nameOf(target)}: the connection was lost`, 'LOST'));
    return new Promise((resolve, reject) => {
      let ended: unknown;
      const end = (reason: unknown) => {
        if (ended !== undefined) return;
        ended = reason;
        clearInterval(slow);
        void this.#killOwn(reason).then(reject);
      };
      const abort = () => end(signal?.reason);
      const timer = setTimeout(() => end(timedOut(target, sql, statementMs)), statementMs);
      const slow = setInterval(() => onSlow?.(`${nameOf(target)}: ${brief(sql)}`), 2000);
      signal?.addEventListener('abort', abort, { once: true });
      raw.query(sql, (error, result) => {
        clearTimeout(timer);
        clearInterval(slow);
        signal?.removeEventListener('abort', abort);
        if (error?.fatal) this.#shared.lost = true;
        if (ended !== undefined) return;
        const failure = error ? serverError(target, `${brief(sql)} failed`, error) : undefined;
        if (error?.fatal) end(failure);
        else if (failure) reject(failure);
        else resolve(result);
      });
    });
  }

  /** Ends this connection on the server, so that its running statement cannot take effect later; returns the reason. */
  async #killOwn(reason: unknown): Promise<unknown> {
    const { raw, target, tls } = this.#shared;
    this.#shared.lost = true;
    const limits = { connectMs: Math.min(this.#limits.connectMs, 3000), statementMs: 3000 };
    try {
      const killer = await connect(target, limits, tls);
      await endOnServer(killer, raw.threadId);
      await killer.close();
      return reason instanceof ServerError && reason.code === 'DEADLINE'
        ? new ServerError(`${reason.message}; it was ended there`, reason.code)
        : reason;
    } catch (error) {
      if ((error as ServerError).code === 'ECONNREFUSED') return reason;
      const more = `its statement may still be running there as connection ${raw.threadId}: ${(error as Error).message}`;
      return reason instanceof ServerError ? new ServerError(`${reason.message}; ${more}`, reason.code) : reason;
    } finally {
      raw.destroy();
    }
  }
}

function timedOut(target: Target, sql: string, ms: number): ServerError {
  return new ServerError(
    `${nameOf(target)}: ${brief(sql)} did not finish within ${ms / 1000} s (held up by another session's lock?)`,
    'DEADLINE',
  );
}
