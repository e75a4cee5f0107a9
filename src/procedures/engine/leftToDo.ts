import { messageOf } from '../../base/errors.ts';

/**
 * Runs an undo that returns the statements it could not carry out. If it breaks off, all that it may still owe is left:
 * each statement is harmless if nothing is missing.
 * @throws Error with the statements to run by hand on `where`, if anything is left.
 */
export async function orLeftToDo(
  where: string,
  owed: () => readonly string[],
  undo: () => Promise<readonly string[]>,
): Promise<undefined> {
  const fail = (statements: readonly string[], why = '') => {
    const head = `${why}on ${where}, with SET SESSION sql_log_bin=0 first:`;
    return new Error([head, ...statements].join('\n    '));
  };
  const left = await undo().catch((error) => {
    throw fail(
      owed().map((sql) => `${sql};`),
      `${messageOf(error)}\n    `,
    );
  });
  if (left.length > 0) throw fail(left);
  return undefined;
}
