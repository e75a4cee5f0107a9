import { readProgress } from '../../capabilities/replication/readStatus.ts';
import type { Channel, ReplicationStatus } from '../../capabilities/replication/status.ts';
import { type Mark, type Sync, syncOf } from './sync.ts';
import { orFailure, type View } from './view.ts';

/** Polls a replica until it is in sync with all its masters, cannot catch up, or the time is over. */
export async function prove(view: View, index: number): Promise<void> {
  const { context, syncWaitMs } = view;
  const one = view.seen[index];
  if (!one?.status || one.status.channels.length === 0) return;
  const marks = (view.mastersOf[index] ?? []).map((master) => markOf(view, master));
  const before = one.status.channels;
  const began = context.clock.ticks();
  await orFailure(context, one, view.answerMs + syncWaitMs, async () => {
    for (;;) {
      const progress = await readProgress(await context.sessions.of(one.target));
      if (one.failure) return;
      one.status = { ...(one.status as ReplicationStatus), ...progress };
      one.syncs = progress.channels.map((channel, at): Sync => {
        const mark = (sameSource(channel, before[at]) ? marks[at] : CHANGED) ?? CHANGED;
        if ('why' in mark) return { state: 'unknown', why: mark.why };
        return syncOf(channel, { gtid: progress.gtid, channels: progress.channels.length }, mark);
      });
      const waitFor = progress.channels.some((c, at) => one.syncs[at]?.state === 'behind' && canMove(c));
      if (!waitFor || context.clock.ticks() - began >= syncWaitMs) return;
      await context.clock.sleep(LOOK_AGAIN_MS, context.signal);
    }
  });
}

/** True if there is more to receive or to execute, and the thread for it runs. */
function canMove({ io, sql, read, executed }: Channel): boolean {
  const allExecuted = read?.file === executed?.file && read?.position === executed?.position;
  return sql === 'Yes' && (io === 'Yes' || !allExecuted);
}

/** Between two polls of the same server. */
export const LOOK_AGAIN_MS = 50;

const CHANGED = { why: 'its master was changed during this look' };

function sameSource(a: Channel, b: Channel | undefined): boolean {
  return a.name === b?.name && a.masterHost === b.masterHost && a.masterPort === b.masterPort;
}

type Marked = Mark | { readonly why: string };

function markOf({ seen }: View, master: number | undefined): Marked {
  if (master === undefined) return { why: 'its master is not among the servers asked' };
  return seen[master]?.status ?? { why: 'its master cannot be asked' };
}
