import { deadline } from '../adapters/clock.ts';
import type { Session } from '../adapters/mysql/session.ts';
import { messageOf, ServerError } from '../base/errors.ts';
import { nameOf, type Target } from '../base/server.ts';
import { readIdentity, type ServerIdentity } from '../capabilities/replication/identity.ts';
import { replicatesFrom } from '../capabilities/replication/masters.ts';
import { readStartedAt } from '../capabilities/variables.ts';
import type { Standing } from './masterNow.ts';

/** Why a server could not be asked; `why` is a sentence that names the server. */
export type Failure = Pick<ServerError, 'text' | 'advice' | 'code' | 'reason'> & { readonly why: string };

/** A server, and its answer or failure. */
export type Asked<Answer> = { readonly server: Target; readonly failure?: Failure } & Partial<Answer>;

export interface Who {
  readonly identity: ServerIdentity;
  /** See {@link readStartedAt}; missing if that was not asked. */
  readonly startedAt?: number;
}

export type Observed = Asked<Who>;

/** @throws ServerError */
export async function askWho(session: Session): Promise<Who> {
  return { identity: await readIdentity(session) };
}

/** @throws ServerError */
export async function askWhoSince(session: Session): Promise<Who> {
  return { identity: await readIdentity(session), startedAt: await readStartedAt(session) };
}

/** Asks all servers the same question at once, until all have answered or `limit` is aborted. No server makes it reject. */
export function observe<Answer extends object>(
  servers: readonly Target[],
  ask: (server: Target) => Promise<Answer>,
  limit?: AbortSignal,
): Promise<Asked<Answer>[]> {
  return Promise.all(
    servers.map(async (server): Promise<Asked<Answer>> => {
      try {
        return { server, ...(await inTime(ask(server), limit)) };
      } catch (error) {
        return { server, failure: failureOf(server, error) } as Asked<Answer>;
      }
    }),
  );
}

export function failureOf(server: Target, error: unknown): Failure {
  const trouble = error instanceof ServerError ? error : new ServerError(messageOf(error));
  const { message, text, advice, code, reason } = trouble;
  const why = trouble.server === nameOf(server) ? message : `${nameOf(server)}: ${message}`;
  return { why, text, advice, code, reason };
}

/** A limit for {@link observe}; its reason says that no answer came. */
export function answerLimit(ms: number): AbortSignal {
  return deadline(ms, new ServerError({ what: `no answer within ${ms / 1000} s`, code: 'ETIMEDOUT' }));
}

/** The result; or the limit's reason, without waiting for the statement to end: on a server that is cut off that takes long. */
export async function inTime<Result>(work: Promise<Result>, limit?: AbortSignal): Promise<Result> {
  if (!limit) return work;
  work.catch(() => {});
  limit.throwIfAborted();
  let stop = () => {};
  const over = new Promise<never>((_, reject) => {
    stop = () => reject(limit.reason);
    limit.addEventListener('abort', stop, { once: true });
  });
  return Promise.race([work, over]).finally(() => limit.removeEventListener('abort', stop));
}

/** Those that it replicates from; a server that could not be asked is recognised by its address. */
export function mastersOf(one: Observed, all: readonly Observed[]): Target[] {
  return all
    .filter((other) => other.server !== one.server && replicatesFrom(one.identity, other.server, other.identity))
    .map(({ server }) => server);
}

/** The servers in the form that {@link masterNow} needs. */
export function standingsOf(all: readonly Observed[]): Standing<Target>[] {
  return all.map((one) => ({
    server: one.server,
    state: one.identity ? (one.identity.readOnly ? 'closed' : 'writable') : 'down',
    masters: mastersOf(one, all),
  }));
}
