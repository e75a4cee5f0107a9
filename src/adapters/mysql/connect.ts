import mysql, { type Connection, type SqlValue } from 'mysql2';
import { ServerError } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import { DIALECT_QUESTIONS, type Dialect, dialectOf } from './dialect.ts';
import { endOnServer } from './endOnServer.ts';
import { login } from './login.ts';
import { marked } from './mark.ts';
import type { Limits, Tls } from './options.ts';
import { PREPARE, verifyPrepared } from './prepare.ts';
import type { Row, Session } from './session.ts';
import { type NoAnswer, send } from './statement.ts';

/** Connects and prepares the session. @throws ServerError */
export async function connect(target: Target, limits: Limits, tls?: Tls): Promise<Session> {
  const raw = await login(target, limits, tls);
  const shared: Shared = { raw, target, tls, lost: false };
  raw.on('error', () => {
    shared.lost = true;
  });
  try {
    await prepare(raw, target, limits);
  } catch (error) {
    raw.destroy();
    throw error;
  }
  return new MysqlSession(shared, limits);
}

/** Its statements end with the connection: no KILL is needed. */
async function prepare(raw: Connection, target: Target, limits: Limits): Promise<void> {
  const within = { ...limits, statementMs: Math.min(limits.connectMs, limits.statementMs) };
  try {
    const sets = (await send(raw, target, packetOf(PREPARE), within)) as Row[][];
    verifyPrepared(target, sets.at(-1) ?? []);
  } catch (thrown) {
    const reason = isNoAnswer(thrown) ? thrown.reason : thrown;
    if (!isDeadline(reason)) throw reason;
    const what =
      `it let ${target.user} log in, and then answered nothing for ${within.statementMs / 1000} s: ` +
      'does it hang, or is a proxy there whose server is gone?';
    throw new ServerError({ server: nameOf(target), what, code: 'SILENT' });
  }
}

function packetOf(statements: readonly string[]): string {
  return statements.map(marked).join(';\n');
}

function isNoAnswer(thrown: unknown): thrown is NoAnswer {
  return typeof thrown === 'object' && thrown !== null && 'running' in thrown && 'lost' in thrown;
}

interface Shared {
  readonly raw: Connection;
  readonly target: Target;
  readonly tls: Tls | undefined;
  lost: boolean;
  dialect?: Dialect;
  /** The one attempt to end this connection on the server; see {@link end}. */
  ending?: Promise<string>;
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
    const result = await this.#send(marked(values.length > 0 ? mysql.format(sql, [...values]) : sql));
    return Array.isArray(result) ? (result as Row[]) : [];
  }

  async many(statements: readonly string[]): Promise<Row[][]> {
    if (statements.length === 0) return [];
    const result = await this.#send(packetOf(statements));
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

  async #send(sql: string): Promise<unknown> {
    const { raw, target } = this.#shared;
    this.#limits.signal?.throwIfAborted();
    if (this.#shared.lost)
      throw new ServerError({ server: nameOf(target), what: 'the connection was lost', code: 'LOST' });
    try {
      return await send(raw, target, sql, this.#limits);
    } catch (thrown) {
      if (!isNoAnswer(thrown)) throw thrown;
      if (thrown.lost) this.#shared.lost = true;
      throw thrown.running ? await this.#ended(thrown.reason) : thrown.reason;
    }
  }

  /** Ends this connection on the server, so that its statement cannot take effect later; returns the reason. */
  async #ended(reason: unknown): Promise<unknown> {
    this.#shared.ending ??= end(this.#shared);
    const how = await this.#shared.ending;
    const more = how === 'down' || (how === ENDED && !isDeadline(reason)) ? undefined : how;
    if (!(reason instanceof ServerError) || !more) return reason;
    const { server, text, advice, code } = reason;
    if (advice === undefined) return new ServerError({ server, what: `${text}; ${more}`, code });
    return new ServerError({ server, what: text, advice: `${advice}; ${more}`, code });
  }
}

const ENDED = 'it was ended there';

/** Reports the result; `down`: nothing listens there any more, so nothing runs. */
async function end({ raw, target, tls }: Shared): Promise<string> {
  try {
    await endOnServer(target, tls, raw.threadId);
    return ENDED;
  } catch (error) {
    const { code, message } = error as ServerError;
    if (code === 'ECONNREFUSED') return 'down';
    return `its statement may still be running there as connection ${raw.threadId}: ${message}`;
  } finally {
    raw.destroy();
  }
}

function isDeadline(reason: unknown): boolean {
  return reason instanceof ServerError && reason.code === 'DEADLINE';
}
