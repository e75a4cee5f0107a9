import { ServerError } from '../../../base/errors.ts';
import { error, type Finding, warning } from '../../../base/finding.ts';
import { nameOf } from '../../../base/server.ts';
import type { CheckedServer } from '../context.ts';

/** Looks at all these servers at once; that one of them gave no answer is a finding too. */
export async function each(
  servers: readonly CheckedServer[],
  look: (server: CheckedServer) => Promise<readonly Finding[]>,
): Promise<Finding[]> {
  const found = await Promise.all(servers.map((server) => look(server).catch((error) => cannotTell(server, error))));
  return found.flat();
}

/** What each of these servers answers, in their order; `failed`: a finding for each that could not. */
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

/** The servers that are not the master, as far as one is known. */
export function othersOf<Server>(context: {
  readonly servers: readonly Server[];
  readonly master: Server | undefined;
}) {
  return context.servers.filter((server) => server !== context.master);
}

/** `a, b, c and 4 more`. */
export function someOf(names: readonly string[], shown = 5): string {
  const more = names.length - shown;
  return `${names.slice(0, shown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** What a server's session fails with once it has stopped answering; every later question then fails too. */
const GONE: ReadonlySet<unknown> = new Set(['LOST', 'DEADLINE', 'PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE']);

/** About the server that the error names: it may be another than the one looked at, such as the master. */
function cannotTell(server: CheckedServer, failure: unknown): Finding[] {
  if (!(failure instanceof ServerError)) throw failure;
  const where = failure.server ?? whereOf(server);
  const text = failure.advice === undefined ? failure.text : `${failure.text} - ${failure.advice}`;
  if (GONE.has(failure.code)) {
    const advice = 'look at that server, then check again: what was not checked is not known to be in order';
    return [error(STOPPED, where, `it stopped answering: ${text}`, advice)];
  }
  const advice = 'mend it and check again: nothing is known about this';
  return [warning('cannot_tell', where, text, advice)];
}

/** See {@link oncePerServer}. */
export const STOPPED = 'stopped_answering';
