import type { Session } from '../adapters/mysql/session.ts';

/** Values by lower-case name; unknown names are missing. */
export type Values = ReadonlyMap<string, string>;

/** The server's global variables of these names. */
export async function readVariables(session: Session, names: readonly string[]): Promise<Values> {
  return read(session, 'SHOW GLOBAL VARIABLES WHERE Variable_name IN (?)', names);
}

/** The server's status counters of these names. */
export async function readStatus(session: Session, names: readonly string[]): Promise<Values> {
  return read(session, 'SHOW GLOBAL STATUS WHERE Variable_name IN (?)', names);
}

/** When the server was started, in whole seconds by its own clock: constant until the next start. */
export async function readStartedAt(session: Session): Promise<number> {
  const { startedAt } = await session.dialect();
  const [row] = await session.rows(startedAt);
  return Number(row?.startedAt);
}

async function read(session: Session, sql: string, names: readonly string[]): Promise<Values> {
  const rows = await session.rows(sql, [[...names]]);
  return new Map(rows.map((row) => [String(row.Variable_name).toLowerCase(), String(row.Value)]));
}

export function isOn(value: string | undefined): boolean {
  return value === 'ON' || value === '1';
}

/** The origin of a running value, and the value of MySQL's SET PERSIST for the next start. */
export interface Origin {
  readonly origin: string;
  readonly persisted: string | undefined;
}

/** Undefined if the server does not report it. */
export async function readOrigin(session: Session, variable: string): Promise<Origin | undefined> {
  const { variableOrigin } = await session.dialect();
  if (!variableOrigin) return undefined;
  const [row] = await session.rows(variableOrigin, [variable]);
  if (!row) return undefined;
  const persisted = row.persisted === null || row.persisted === undefined ? undefined : String(row.persisted);
  return { origin: String(row.origin), persisted };
}

/** The value after a restart. Undefined if unknown: a value that was set but not persisted hides the configured one. */
export function afterRestart(running: string, { origin, persisted }: Origin): string | undefined {
  if (persisted !== undefined) return persisted;
  return ['SQL', 'DYNAMIC'].includes(origin.toUpperCase()) ? undefined : running;
}
