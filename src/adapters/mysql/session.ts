import type { SqlValue } from 'mysql2';
import type { Target } from '../../base/server.ts';
import type { Dialect } from './dialect.ts';
import type { Limits } from './options.ts';

export type Row = Record<string, unknown>;

/**
 * One connection to one server. A statement that exceeds `limits.statementMs` (or whose `limits.signal` is aborted, or
 * connection lost) is killed on the server from a second connection; the call fails only once it can no longer take effect.
 */
export interface Session {
  readonly server: Target;
  /** The connection id. */
  readonly id: number;
  /** False once the connection was lost or closed. */
  readonly alive: boolean;
  /** The rows of one statement; `?` and `??` are replaced by the quoted values. */
  rows(sql: string, values?: readonly SqlValue[]): Promise<Row[]>;
  /** The rows of several statements in one packet; stops at the first failure. */
  many(statements: readonly string[]): Promise<Row[][]>;
  /** How this server's SQL differs; asks once for each connection. */
  dialect(): Promise<Dialect>;
  /** The same connection with other limits. */
  under(limits: Partial<Limits>): Session;
  close(): Promise<void>;
}
