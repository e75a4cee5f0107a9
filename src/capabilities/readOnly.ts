import type { Row, Session } from '../adapters/mysql/session.ts';
import { ServerError } from '../base/errors.ts';
import { flag, type Of, object, optional } from '../base/schema.ts';
import { nameOf } from '../base/server.ts';

/** Whether ordinary accounts may write. MariaDB has no `superReadOnly`. */
export interface ReadOnlyState {
  readonly readOnly: boolean;
  readonly superReadOnly?: boolean;
}

/** From a journal. @throws Error if it has another form. */
export const parseReadOnly = (captured: unknown): ReadOnlyState =>
  object<ReadOnlyState>({ readOnly: flag, superReadOnly: optional(flag) as Of<boolean> })(captured, '');

export async function readReadOnly(session: Session): Promise<ReadOnlyState> {
  return stateIn(await session.rows(READ));
}

const READ = "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('read_only', 'super_read_only')";

function stateIn(rows: readonly Row[]): ReadOnlyState {
  const value = (name: string) => rows.find((row) => row.Variable_name === name)?.Value;
  const superValue = value('super_read_only');
  const readOnly = isOn(value('read_only'));
  return superValue === undefined ? { readOnly } : { readOnly, superReadOnly: isOn(superValue) };
}

/**
 * Sets and verifies it, in one packet if possible, since meanwhile nobody can write. Returns the state just before.
 * @throws ServerError also if the server reports success but has another state.
 */
export async function setReadOnly(session: Session, wanted: ReadOnlyState): Promise<ReadOnlyState> {
  const answers = await session.many([READ, ...readOnlySql(wanted), READ]);
  const before = stateIn(answers[0] ?? []);
  const now = stateIn(answers.at(-1) ?? []);
  if (isAs(now, wanted)) return before;
  if (now.superReadOnly && !wanted.superReadOnly) await session.rows('SET GLOBAL super_read_only = 0');
  if (now.readOnly !== wanted.readOnly) await session.rows(`SET GLOBAL read_only = ${wanted.readOnly ? 1 : 0}`);
  if (wanted.superReadOnly && now.superReadOnly === false) await session.rows('SET GLOBAL super_read_only = 1');
  await verifyReadOnly(session, wanted);
  return before;
}

/** Sets read_only; super_read_only stays as it is. @throws as {@link setReadOnly}. */
export async function closeServer(session: Session): Promise<void> {
  await setReadOnly(session, { ...(await readReadOnly(session)), readOnly: true });
}

/** The statements that set it. */
export function readOnlySql({ readOnly, superReadOnly }: ReadOnlyState): string[] {
  const all = [`SET GLOBAL read_only = ${Number(readOnly)}`];
  if (superReadOnly === undefined) return all;
  const own = `SET GLOBAL super_read_only = ${Number(superReadOnly)}`;
  return readOnly ? [...all, own] : [own, ...all];
}

/** @throws ServerError if the server has another state. */
export async function verifyReadOnly(session: Session, wanted: ReadOnlyState): Promise<void> {
  const now = await readReadOnly(session);
  if (isAs(now, wanted)) return;
  const more = now.superReadOnly === undefined ? '' : `, super_read_only=${Number(now.superReadOnly)}`;
  const what = `read_only should be ${Number(wanted.readOnly)}, but the server has read_only=${Number(now.readOnly)}${more}`;
  throw new ServerError({ server: nameOf(session.server), what });
}

function isAs(now: ReadOnlyState, wanted: ReadOnlyState): boolean {
  const superWrong = now.superReadOnly !== undefined && now.superReadOnly !== (wanted.superReadOnly ?? false);
  return now.readOnly === wanted.readOnly && !superWrong;
}

function isOn(value: unknown): boolean {
  return !['0', 'OFF', 'undefined', ''].includes(String(value));
}
