import type { Clock } from '../../adapters/clock.ts';
import type { Endpoint, Target } from '../../base/server.ts';
import type { ReplicationStatus } from '../../capabilities/replication/status.ts';
import { answerLimit, failureOf, inTime } from '../../cluster/observe.ts';
import type { Sessions } from '../../cluster/sessions.ts';
import type { ServerStatus } from './serverStatus.ts';
import type { Sync } from './sync.ts';

export interface LookContext {
  readonly sessions: Pick<Sessions, 'of'>;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** What has been found out about a server so far. */
export interface Seen {
  readonly target: Target;
  readonly server: Endpoint;
  status?: ReplicationStatus;
  failure?: NonNullable<ServerStatus['failure']>;
  syncs: Sync[];
}

/** What has been found out about all servers so far, and the limits in milliseconds. */
export interface View {
  readonly context: LookContext;
  readonly seen: readonly Seen[];
  /** For each server, the place of each channel's master in `seen`. */
  readonly mastersOf: readonly (readonly (number | undefined)[])[];
  readonly answerMs: number;
  readonly syncWaitMs: number;
}

/** The result; or undefined if the server did not give it in time, which is then its failure. */
export async function orFailure<Result>(
  context: LookContext,
  seen: Seen,
  limitMs: number,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await inTime(work(), answerLimit(limitMs));
  } catch (error) {
    context.signal?.throwIfAborted();
    delete seen.status;
    seen.failure = failureOf(seen.target, error);
    return undefined;
  }
}
