import type { Target } from '../../base/server.ts';
import { readEnd } from '../../capabilities/replication/readStatus.ts';
import { answerLimit, inTime } from '../../cluster/observe.ts';
import { LOOK_AGAIN_MS } from './prove.ts';
import { beyondTheEnd, type Mark } from './sync.ts';
import type { View } from './view.ts';

/** A replica may be ahead of what its master had written when asked, but not of what the master has written by now. */
export async function checkEnds(view: View): Promise<void> {
  await Promise.all(view.seen.map((_, master) => checkEnd(view, master)));
}

async function checkEnd(view: View, at: number): Promise<void> {
  const master = view.seen[at];
  const beyond = view.seen.flatMap((one, index) =>
    one.syncs.flatMap((sync, n) => {
      const channel = one.status?.channels[n];
      const fits = channel && view.mastersOf[index]?.[n] === at && sync.state === 'inSync' && sync.beyond;
      return fits ? [{ one, n, channel, gtid: one.status?.gtid ?? {} }] : [];
    }),
  );
  if (beyond.length === 0 || !master?.status) return;
  const still = await stillBeyond(view, master.target, (now) =>
    beyond.filter(({ channel, gtid }) => beyondTheEnd(channel, gtid, now)),
  );
  for (const { one, n } of still) one.syncs[n] = { state: 'unknown', why: NOT_THE_SAME };
}

const NOT_THE_SAME = 'it has executed more than its master has, whose binlogs were reset or lost';

/** A master may show a transaction a moment after its replica: it is polled until nobody is ahead or the time is over. */
async function stillBeyond<One>(view: View, target: Target, beyond: (now: Mark) => One[]): Promise<One[]> {
  const { context, answerMs, syncWaitMs } = view;
  const began = context.clock.ticks();
  try {
    for (;;) {
      const left = beyond(await inTime(context.sessions.of(target).then(readEnd), answerLimit(answerMs)));
      if (left.length === 0 || context.clock.ticks() - began >= syncWaitMs) return left;
      await context.clock.sleep(LOOK_AGAIN_MS, context.signal);
    }
  } catch {
    context.signal?.throwIfAborted();
    return [];
  }
}
