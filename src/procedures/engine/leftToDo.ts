import { messageOf } from '../../base/errors.ts';

/** An undo that could not finish: what is left, as statements to run by hand on `where`, and `why` if it broke off. */
export class LeftToDo extends Error {
  constructor(where: string, statements: readonly string[], why?: string) {
    const head = `${why ? `${why}\n    ` : ''}on ${where}, with SET SESSION sql_log_bin=0 first:`;
    super([head, ...statements.map((s) => `    ${s}`)].join('\n'));
  }
}

/**
 * Runs an undo that returns the statements it could not carry out. If it breaks off, all that it may still owe is left:
 * each statement is harmless if nothing is missing.
 * @throws LeftToDo if anything is left.
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
