import type { Clock } from '../../adapters/clock.ts';
import { messageOf, ServerError } from '../../base/errors.ts';
import { type Endpoint, endpointOf, type Target } from '../../base/server.ts';
import { readReplicationStatus } from '../../capabilities/replication/readStatus.ts';
import type { ReplicationStatus } from '../../capabilities/replication/status.ts';
import type { Sessions } from '../../cluster/sessions.ts';
import type { ChannelLevel } from './level.ts';
import type { ServerStatus } from './serverStatus.ts';

export interface LookContext {
  readonly sessions: Pick<Sessions, 'of'>;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** A server as the looks find it, one after the other. */
export interface Seen {
  readonly target: Target;
  readonly server: Endpoint;
  status?: ReplicationStatus;
  failure?: NonNullable<ServerStatus['failure']>;
  levels: ChannelLevel[];
}

/** What a look at all servers knows so far, and its limits in milliseconds. */
export interface View {
  readonly context: LookContext;
  readonly seen: readonly Seen[];
  /** For each server, the place of each channel's master in `seen`. */
  readonly mastersOf: readonly (readonly (number | undefined)[])[];
  readonly answerMs: number;
  readonly levelWaitMs: number;
}

export async function firstLook(context: LookContext, target: Target, answerMs: number): Promise<Seen> {
  const seen: Seen = { target, server: endpointOf(target), levels: [] };
  const status = await orFailure(context, seen, answerMs, async () =>
    readReplicationStatus(await context.sessions.of(target)),
  );
  return status === undefined ? seen : { ...seen, status };
}

/** The result, or undefined and a failure noted: the server did not let it be, or not in time. */
export async function orFailure<Result>(
  context: LookContext,
  seen: Seen,
  limitMs: number,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await within(context, limitMs, work());
  } catch (error) {
    context.signal?.throwIfAborted();
    delete seen.status;
    const known = error instanceof ServerError;
    seen.failure = { code: known ? error.code : undefined, reason: known ? error.reason : messageOf(error) };
    return undefined;
  }
}

/** An answer that comes later than `limitMs` has no one who waits for it. */
export async function within<Result>({ clock }: LookContext, limitMs: number, work: Promise<Result>): Promise<Result> {
  const over = new AbortController();
  const late = clock.sleep(limitMs, over.signal).then(() => {
    throw new ServerError({ what: `no answer within ${limitMs / 1000} s`, code: 'ETIMEDOUT' });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
    for (const promise of [work, late]) promise.catch(() => {});
  }
}
