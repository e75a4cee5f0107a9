import { messageOf } from '../../base/errors.ts';
import type { Counts } from '../../capabilities/journal/data.ts';
import type { SwitchContext } from '../switch/context.ts';

/**
 * One step of a procedure. The runner calls `capture`, writes what it returned to the journal, then `do` and `verify`;
 * when this step or a later one fails, `undo`. `undo` is also called in another process, from the journal alone: it
 * must rely on `captured` only, be harmless when there is nothing to undo or when called twice, restore what was
 * captured and never a presumed value, and read back what it did. What a journal holds comes from outside: `undo` parses
 * it, and no text in it is ever sent to a server as SQL.
 */
export interface Step<Context, Captured = unknown> {
  /** Its name in the journal. */
  readonly name: string;
  /** What is being done and where, for the log. */
  title(context: Context): string;
  /** Reads what is so before; changes nothing. Must survive JSON. */
  capture(context: Context): Promise<Captured>;
  do(context: Context, captured: Captured): Promise<void>;
  /** @throws where the servers are not as `do` should have left them. */
  verify(context: Context, captured: Captured): Promise<void>;
  /** What it did, in numbers, for the timeline; asked once it is verified. */
  counts?(): Counts;
  /** What an operator should know of it afterwards; asked once it is verified. */
  notes?(): readonly string[];
  /**
   * Resolves with what an operator should know of it.
   * @throws {@link LeftToDo} or any error if something could not be put back.
   */
  undo(context: Context, captured: unknown): Promise<readonly string[] | undefined>;
  /** It changes the new master only: if that is down for good there is nothing to undo. */
  readonly onNewMaster?: true;
  /** Its undo lets a server take writes; `do` closes it again. */
  readonly opens?: true;
}

/** A step whose captured state may be of any shape: only the step itself looks into it. */
// biome-ignore lint/suspicious/noExplicitAny: the journal keeps each step's state for that step alone
export type AnyStep = Step<SwitchContext, any>;

/** An undo that could not finish: what is left, as statements to run by hand on `where`, and `why` where it broke off. */
export class LeftToDo extends Error {
  readonly where: string;
  readonly statements: readonly string[];

  constructor(where: string, statements: readonly string[], why?: string) {
    const head = `${why ? `${why}\n    ` : ''}on ${where}, with SET SESSION sql_log_bin=0 first:`;
    super([head, ...statements.map((s) => `    ${s}`)].join('\n'));
    this.where = where;
    this.statements = statements;
  }
}

/**
 * Runs an undo that returns the statements it could not carry out. Where it breaks off, all that it may still owe are left:
 * each is harmless when nothing is missing.
 * @throws LeftToDo where anything is left.
 */
export async function orLeftToDo(
  where: string,
  owed: () => readonly string[],
  undo: () => Promise<readonly string[]>,
): Promise<undefined> {
  const left = await undo().catch((error) => {
    throw new LeftToDo(
      where,
      owed().map((sql) => `${sql};`),
      messageOf(error),
    );
  });
  if (left.length > 0) throw new LeftToDo(where, left);
  return undefined;
}

/** Nothing to capture, or nothing to undo. */
export const noop = async (): Promise<undefined> => undefined;
