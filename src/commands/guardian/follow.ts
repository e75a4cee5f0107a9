import type { Channel } from '../../adapters/programs/channel.ts';
import { messageOf } from '../../base/errors.ts';
import type { StopNow } from '../../procedures/guard/index.ts';
import type { SwitchContext } from '../../procedures/switch/context.ts';

/** What `stop` reports to its guardian, and what the guardian answers once it watches: what it could not do yet. */
export type Report = { readonly stop: 'shut out' | 'done' | 'failed' };
export type Ready = { readonly ready: readonly string[] };

/**
 * Connects to both masters, says `ready`, and keeps up to date how far `stop` is. A server that lets nobody in now may do so
 * once the applications are gone: the guardian is ready all the same.
 */
export async function beReady(channel: Channel, context: SwitchContext): Promise<StopNow> {
  const now: StopNow = { state: 'running' };
  void follow(channel, context, now);
  const { sessions, origMaster, newMaster } = context;
  const open = [sessions.withoutBinlog(origMaster), sessions.of(newMaster)];
  const tried = await Promise.allSettled(open.map(async (session) => (await session).dialect()));
  const problems = tried.flatMap((one) => (one.status === 'rejected' ? [messageOf(one.reason)] : []));
  channel.send({ ready: problems } satisfies Ready);
  return now;
}

async function follow(channel: Channel, { clock }: SwitchContext, now: StopNow): Promise<void> {
  while (now.state === 'running') {
    const report = (await channel.next()) as Report | undefined;
    if (report?.stop === 'shut out') now.shutOut = clock.ticks();
    else now.state = report?.stop ?? 'died';
  }
  channel.close();
}
