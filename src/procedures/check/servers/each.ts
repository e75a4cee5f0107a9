import { ServerError } from '../../../base/errors.ts';
import { error, type Finding, warning } from '../../../base/finding.ts';
import { nameOf } from '../../../base/server.ts';
import type { CheckContext, CheckedServer } from '../context.ts';

/** Checks all these servers at once; one that gives no answer is a finding too. */
export async function each(
  servers: readonly CheckedServer[],
  look: (server: CheckedServer) => Promise<readonly Finding[]>,
): Promise<Finding[]> {
  const found = await Promise.all(servers.map((server) => look(server).catch((error) => cannotTell(server, error))));
  return found.flat();
}

/** The answers of these servers, in their order; `failed` is a finding for each that gave none. */
export async function answersOf<Answer>(
  servers: readonly CheckedServer[],
  ask: (server: CheckedServer) => Promise<Answer>,
): Promise<{ readonly answers: ReadonlyMap<CheckedServer, Answer>; readonly failed: Finding[] }> {
  const found = new Map<CheckedServer, Answer>();
  const failed = await each(servers, async (server) => {
    found.set(server, await ask(server));
    return [];
  });
  const inOrder = [...found].sort(([a], [b]) => servers.indexOf(a) - servers.indexOf(b));
  return { answers: new Map(inOrder), failed };
}

/** `host:port`, as findings name a server. */
export function whereOf({ target }: CheckedServer): string {
  return nameOf(target);
}

/** The servers other than the master; all of them if there is none. */
export function othersOf({ servers, master }: Pick<CheckContext, 'servers' | 'master'>) {
  return servers.filter((server) => server !== master);
}

export function candidatesOf(context: CheckContext): CheckedServer[] {
  return othersOf(context).filter((server) => server.mayBeMaster);
}

/** `a, b, c and 4 more`. */
export function someOf(names: readonly string[], shown = 5): string {
  const more = names.length - shown;
  return `${names.slice(0, shown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Codes of a session whose server stopped answering; every later query on it fails too. */
const GONE: ReadonlySet<unknown> = new Set(['LOST', 'DEADLINE', 'PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE']);

/** The finding is about the server that the error names, which may be another one, such as the master. */
function cannotTell(server: CheckedServer, failure: unknown): Finding[] {
  if (!(failure instanceof ServerError)) throw failure;
  const where = failure.server ?? whereOf(server);
  const text = failure.advice === undefined ? failure.text : `${failure.text} - ${failure.advice}`;
  if (GONE.has(failure.code)) {
    const advice = 'look at that server, then check again: what was not checked may be wrong';
    return [error(STOPPED, where, `it stopped answering: ${text}`, advice)];
  }
  return [warning('cannot_tell', where, text, 'fix it and check again: nothing is known about this')];
}

/** See {@link oncePerServer}. */
export const STOPPED = 'stopped_answering';
