import type { SqlValue } from 'mysql2';
import type { Target } from '../../base/server.ts';
import type { Dialect } from './dialect.ts';
import type { Limits } from './options.ts';

export type Row = Record<string, unknown>;

/**
 * One connection to one server. Every statement ends within `limits.statementMs` (or when `limits.signal` is aborted, or
 * the connection is lost): it is then killed on the server from a second connection, and the call fails only once it can
 * no longer take effect.
 */
export interface Session {
  readonly server: Target;
  /** The server's id of this connection. */
  readonly id: number;
  /** False once the connection was lost or closed. */
  readonly alive: boolean;
  /** The rows of one statement; `?` and `??` are filled in, quoted. */
  rows(sql: string, values?: readonly SqlValue[]): Promise<Row[]>;
  /** The rows of several statements sent in one packet; stops at the first that fails. */
  many(statements: readonly string[]): Promise<Row[][]>;
  /** How this server's SQL differs; it is asked once a connection. */
  dialect(): Promise<Dialect>;
  /** The same connection under other limits. */
  under(limits: Partial<Limits>): Session;
  close(): Promise<void>;
}
