import { readProgress } from '../../capabilities/replication/readStatus.ts';
import type { Channel, ReplicationStatus } from '../../capabilities/replication/status.ts';
import { type ChannelLevel, levelOf, type Mark } from './level.ts';
import { orFailure, type View } from './view.ts';

/** Asks a replica until it is level with all its masters, cannot get there, or the time is over. */
export async function prove(view: View, index: number): Promise<void> {
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
function canMove({ io, sql, read, executed }: Channel): boolean {
  const allExecuted = read?.file === executed?.file && read?.position === executed?.position;
  return sql === 'Yes' && (io === 'Yes' || !allExecuted);
}

/** Between two looks at the same server. */
export const LOOK_AGAIN_MS = 50;

const CHANGED = { why: 'its master was changed while it was looked at' };

function sameSource(a: Channel, b: Channel | undefined): boolean {
  return a.name === b?.name && a.masterHost === b.masterHost && a.masterPort === b.masterPort;
}

type Marked = Mark | { readonly why: string };

function markOf(view: View, master: number): Marked {
  const { status } = view.seen[master] ?? {};
  return status ?? { why: 'its master cannot be asked' };
}

function levelNow(
  channel: Channel,
  progress: Pick<ReplicationStatus, 'gtid' | 'channels'>,
  mark: Marked | undefined,
): ChannelLevel {
  if (mark === undefined) return { state: 'unknown', why: 'its master is not among the servers asked' };
  if ('why' in mark) return { state: 'unknown', why: mark.why };
  return levelOf(channel, { gtid: progress.gtid, channels: progress.channels.length }, mark);
}
