import { messageOf } from '../../base/errors.ts';
import { type Endpoint, nameOf } from '../../base/server.ts';

/** What an undo could not carry out, as statements to run by hand, and what an operator should know. */
interface Result {
  readonly left: readonly string[];
  readonly notes?: readonly string[];
}

/**
 * Runs an undo on `server` and resolves with its notes. If it breaks off, all that it may still owe is left: each statement
 * is harmless if nothing is missing.
 * @throws Error that lists what is left to do by hand.
 */
export async function orLeftToDo(
  server: Endpoint,
  owed: () => readonly string[],
  undo: () => Promise<Result>,
): Promise<readonly string[] | undefined> {
  const { left, notes } = await undo().catch((error) => {
    const statements = owed().map((sql) => `${sql};`);
    throw leftToDo(server, statements, messageOf(error));
  });
  if (left.length > 0) throw leftToDo(server, left);
  return notes;
}

function leftToDo(server: Endpoint, statements: readonly string[], why?: string): Error {
  const head = `${why ? `${why}\n    ` : ''}on ${nameOf(server)}, with SET SESSION sql_log_bin=0 first:`;
  return new Error([head, ...statements.map((s) => `    ${s}`)].join('\n'));
}
