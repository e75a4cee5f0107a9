import type { Clock } from '../../adapters/clock.ts';
import { messageOf, ServerError } from '../../base/errors.ts';
import { type Endpoint, endpointOf, type Target } from '../../base/server.ts';
import { readEnd, readProgress, readReplicationStatus } from '../../capabilities/replicaStatus/read.ts';
import type { ReplicaChannel, ReplicationStatus } from '../../capabilities/replicaStatus/types.ts';
import type { Sessions } from '../sessions.ts';
import { beyondTheEnd, type ChannelLevel, levelOf, type Mark } from './level.ts';
import { masterIn, rounds } from './masters.ts';
import { missingFromSet } from './positions.ts';

/** A channel, which of the servers that were asked is its master, and how it stands against it. */
export interface Link {
  readonly channel: ReplicaChannel;
  readonly master: Endpoint | undefined;
  readonly level: ChannelLevel;
  /** MySQL: transactions that this server wrote itself and its master has not. */
  readonly ownTransactions: number;
}

/** One server: what it says about itself, or why it could not be asked. */
export interface ServerStatus {
  readonly server: Endpoint;
  readonly status?: ReplicationStatus;
  readonly failure?: { readonly code: number | string | undefined; readonly reason: string };
  /** One for each channel. */
  readonly links: readonly Link[];
  /** Those of the servers asked that replicate from it. */
  readonly replicas: readonly Endpoint[];
}

export interface LookContext {
  readonly sessions: Pick<Sessions, 'of'>;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** Limits of a look, in milliseconds. */
export interface LookLimits {
  /** For a server's answers, connecting included; 5 s unless told. One that takes longer counts as not reachable. */
  readonly answerMs?: number;
  /** How long a replica may take to execute what its master had written; 1 s unless told. */
  readonly levelWaitMs?: number;
}

/**
 * Looks at all servers at once; changes nothing and never throws because of a server. Takes as long as the slowest
 * answer, and then `levelWaitMs` at most for each tier of replicas: a master is asked before its replicas, and
 * a replica is asked again until it has executed what its master had written then (see {@link ChannelLevel}). A replica
 * of a replica is measured against what that one had written once it was level itself.
 */
export async function lookAtReplication(
  context: LookContext,
  targets: readonly Target[],
  { answerMs = 5000, levelWaitMs = 1000 }: LookLimits = {},
): Promise<ServerStatus[]> {
  const seen = await Promise.all(targets.map((target) => firstLook(context, target, answerMs)));
  const mastersOf = seen.map((one, index) =>
    (one.status?.channels ?? []).map((channel) => masterIn(channel, index, seen)),
  );
  const view: View = { context, seen, mastersOf, answerMs, levelWaitMs };
  for (const round of rounds(mastersOf.map((masters) => masters.filter((m) => m !== undefined)))) {
    await Promise.all(round.map((index) => prove(view, index)));
  }
  await checkEnds(view);
  return seen.map((one, index) => toStatus(view, one, index));
}

interface Seen {
  readonly target: Target;
  readonly server: Endpoint;
  status?: ReplicationStatus;
  failure?: NonNullable<ServerStatus['failure']>;
  levels: ChannelLevel[];
}

interface View {
  readonly context: LookContext;
  readonly seen: readonly Seen[];
  /** For each server, the place of each channel's master in `seen`. */
  readonly mastersOf: readonly (readonly (number | undefined)[])[];
  readonly answerMs: number;
  readonly levelWaitMs: number;
}

async function firstLook(context: LookContext, target: Target, answerMs: number): Promise<Seen> {
  const seen: Seen = { target, server: endpointOf(target), levels: [] };
  const status = await orFailure(context, seen, answerMs, async () =>
    readReplicationStatus(await context.sessions.of(target)),
  );
  return status === undefined ? seen : { ...seen, status };
}

/** The result, or undefined and a failure noted: the server did not let it be, or not in time. */
async function orFailure<Result>(
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

/** What comes later has no one who waits for it. */
async function within<Result>({ clock }: LookContext, limitMs: number, work: Promise<Result>): Promise<Result> {
  const over = new AbortController();
  const late = clock.sleep(limitMs, over.signal).then(() => {
    throw new ServerError(`no answer within ${limitMs / 1000} s`, 'ETIMEDOUT');
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
    for (const promise of [work, late]) promise.catch(() => {});
  }
}

/** Asks a replica until it is level with all its masters, cannot get there, or the time is over. */
async function prove(view: View, index: number): Promise<void> {
  const { context, levelWaitMs } = view;
  const one = view.seen[index];
  if (!one?.status || one.status.channels.length === 0) return;
  const marks = (view.mastersOf[index] ?? []).map((master) =>
    master === undefined ? undefined : markOf(view, master),
  );
  const before = one.status.channels;
  const began = context.clock.ticks();
  await orFailure(context, one, view.answerMs + levelWaitMs, async () => {
    for (;;) {
      const progress = await readProgress(await context.sessions.of(one.target));
      if (one.failure) return;
      one.status = { ...(one.status as ReplicationStatus), ...progress };
      one.levels = progress.channels.map((channel, at) =>
        levelNow(channel, progress, sameSource(channel, before[at]) ? marks[at] : CHANGED),
      );
      const waitFor = progress.channels.some((c, at) => one.levels[at]?.state === 'behind' && canMove(c));
      if (!waitFor || context.clock.ticks() - began >= levelWaitMs) return;
      await context.clock.sleep(LOOK_AGAIN_MS, context.signal);
    }
  });
}

/** Something is still to be received, or to be executed, and the thread for it runs. */
function canMove({ io, sql, read, executed }: ReplicaChannel): boolean {
  const allExecuted = read?.file === executed?.file && read?.position === executed?.position;
  return sql === 'Yes' && (io === 'Yes' || !allExecuted);
}

const LOOK_AGAIN_MS = 50;

const CHANGED = { why: 'its master was changed while it was looked at' };

function sameSource(a: ReplicaChannel, b: ReplicaChannel | undefined): boolean {
  return a.name === b?.name && a.masterHost === b.masterHost && a.masterPort === b.masterPort;
}

type Marked = Mark | { readonly why: string };

function markOf(view: View, master: number): Marked {
  const { status } = view.seen[master] ?? {};
  return status ?? { why: 'its master cannot be asked' };
}

function levelNow(
  channel: ReplicaChannel,
  progress: Pick<ReplicationStatus, 'gtid' | 'channels'>,
  mark: Marked | undefined,
): ChannelLevel {
  if (mark === undefined) return { state: 'unknown', why: 'its master is not among the servers asked' };
  if ('why' in mark) return { state: 'unknown', why: mark.why };
  return levelOf(channel, { gtid: progress.gtid, channels: progress.channels.length }, mark);
}

/** Who is beyond what its master had written then must not be beyond what it has written by now. */
async function checkEnds(view: View): Promise<void> {
  await Promise.all(view.seen.map((_, master) => checkEnd(view, master)));
}

async function checkEnd(view: View, at: number): Promise<void> {
  const master = view.seen[at];
  const beyond = view.seen.flatMap((one, index) =>
    one.levels.flatMap((level, n) => {
      const channel = one.status?.channels[n];
      const fits = channel && view.mastersOf[index]?.[n] === at && level.state === 'level' && level.beyond;
      return fits ? [{ one, n, channel, gtid: one.status?.gtid ?? {} }] : [];
    }),
  );
  if (beyond.length === 0 || !master?.status) return;
  const still = await stillBeyond(view, master.target, (now) =>
    beyond.filter(({ channel, gtid }) => beyondTheEnd(channel, gtid, now)),
  );
  for (const { one, n } of still) one.levels[n] = { state: 'unknown', why: NOT_THE_SAME };
}

const NOT_THE_SAME = 'it has executed more than its master has, whose binlogs were reset or lost';

/** A master may show a transaction a moment after its replica: it is asked until nobody is beyond, or the time is over. */
async function stillBeyond<One>(view: View, target: Target, beyond: (now: Mark) => One[]): Promise<One[]> {
  const { context, answerMs, levelWaitMs } = view;
  const began = context.clock.ticks();
  try {
    for (;;) {
      const left = beyond(await within(context, answerMs, context.sessions.of(target).then(readEnd)));
      if (left.length === 0 || context.clock.ticks() - began >= levelWaitMs) return left;
      await context.clock.sleep(LOOK_AGAIN_MS, context.signal);
    }
  } catch {
    context.signal?.throwIfAborted();
    return [];
  }
}

function toStatus(view: View, { server, status, failure, levels }: Seen, index: number): ServerStatus {
  const links = (status?.channels ?? []).map((channel, n): Link => {
    const master = view.mastersOf[index]?.[n] ?? -1;
    const level = levels[n] ?? { state: 'unknown', why: 'it could not be asked again' };
    return { channel, master: view.seen[master]?.server, level, ownTransactions: ownTransactions(view, index, master) };
  });
  const replicas = view.seen.filter((_, other) => view.mastersOf[other]?.includes(index)).map((o) => o.server);
  return { server, links, replicas, ...(status ? { status } : {}), ...(failure ? { failure } : {}) };
}

/** MySQL: what this server wrote and its master has not; of two that are each other's master that is nothing unusual. */
function ownTransactions(view: View, index: number, master: number): number {
  const [own, above] = [view.seen[index]?.status, view.seen[master]?.status];
  if (!own?.uuid || !above?.gtid.executed || view.mastersOf[master]?.includes(index)) return 0;
  return missingFromSet(above.gtid.executed, own.gtid.executed ?? '', own.uuid);
}
