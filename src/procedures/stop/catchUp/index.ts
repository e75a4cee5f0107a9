import { ServerError } from '../../../base/errors.ts';
import { nameOf } from '../../../base/server.ts';
import { readBinlogEnd } from '../../../capabilities/replication/binlogEnd.ts';
import { readChannels } from '../../../capabilities/replication/channels.ts';
import type { Channel } from '../../../capabilities/replication/status.ts';
import type { Step } from '../../engine/step.ts';
import { pollUntil } from '../../engine/waiting.ts';
import { atOrigMaster, origSession, type SwitchContext } from '../../switch/context.ts';
import type { StopFacts } from '../facts.ts';
import type { ClientSessions } from '../sessions/index.ts';
import { Lag } from './lag.ts';
import { LagHistory } from './lagHistory.ts';

/**
 * MHA lets nobody write until the new master has executed everything. So its lag is waited for here, while everybody can still
 * work, as long as it shrinks or is more than `max_lag`, and for `catch_up_timeout` at most. This uses up no drain time.
 * @throws ServerError if it no longer replicates, or is further behind then: MHA would wait for it while nobody can write.
 */
export function catchUp(facts: StopFacts, clients: ClientSessions): Step<SwitchContext, null> {
  return {
    name: 'catch up',
    ...atOrigMaster('the new master catches up'),
    do: async (context) => {
      const started = context.clock.ticks();
      const wait = { stepMs: 5, limitMs: limitFor(context), what: 'the new master to catch up' };
      const lag = new Lag();
      const history = new LagHistory();
      const { maxLagMs } = context.settings;
      let behind: string | undefined;
      let connected = true;
      await pollUntil(context, wait, async () => {
        const seen = await look(context, facts, lag, context.clock.ticks() - started);
        ({ behind, connected } = seen);
        history.note(seen.behindMs);
        return seen.goOn && seen.behindMs <= maxLagMs ? undefined : (behind ?? 'behind');
      });
      if (!connected) throw new ServerError(`${nameOf(context.newMaster)} is ${behind}; fix it and try again`);
      const tooFar = history.moreThan(maxLagMs, context.clock.ticks() - started);
      if (tooFar !== undefined) throw new ServerError(`${nameOf(context.newMaster)} ${tooFar}${cut(context)}`);
      if (behind)
        context.log.warning(`${nameOf(context.newMaster)} is ${behind}: nobody can write for as long${cut(context)}`);
      clients.prolongDrain(context.clock.ticks() - started);
    },
  };
}

/** The drain time must still fit into what `stop` may take in all. */
function limitFor({ settings: { catchUpMs, stopMs, drainMs } }: SwitchContext): number {
  return Math.min(catchUpMs, Math.max(stopMs - drainMs, 0) / 2);
}

/** Says so if the wait was shorter than `catch_up_timeout`. */
function cut(context: SwitchContext): string {
  const { catchUpMs, stopMs } = context.settings;
  const ms = limitFor(context);
  if (ms >= catchUpMs) return '';
  return ` (waited ${ms / 1000} s of catch_up_timeout: stop_timeout is ${stopMs / 1000} s for all of stop)`;
}

interface Seen {
  /** As far as it is known; the time waited if the replica has not reached any position yet. */
  readonly behindMs: number;
  /** In words; undefined if the lag is not worth mentioning. */
  readonly behind: string | undefined;
  readonly connected: boolean;
  readonly goOn: boolean;
}

async function look(context: SwitchContext, facts: StopFacts, lag: Lag, waitedMs: number): Promise<Seen> {
  const [orig, next] = await Promise.all([origSession(context), context.sessions.of(context.newMaster)]);
  const [end, channels] = await Promise.all([readBinlogEnd(orig), readChannels(next)]);
  const channel = channels.find((c) => c.name === facts.channel);
  const stopped = stoppedBecause(channel);
  if (stopped || !channel) throw new ServerError(`${nameOf(context.newMaster)}: ${stopped}`);
  const connected = channel.io === 'Yes';
  const notConnected = `not connected to its master (IO ${channel.io})`;
  if (!connected) return { behind: notConnected, behindMs: 0, connected, goOn: false };
  if (!end) return { behind: undefined, behindMs: 0, connected, goOn: true };
  const { behindMs, goOn } = lag.look(context.clock.ticks(), end, channel.executed);
  if (behindMs === undefined) return unknown(channel.secondsBehind, waitedMs);
  const behind = behindMs < MENTIONED_MS ? undefined : `${(behindMs / 1000).toFixed(1)} s behind`;
  return { behind, behindMs, connected, goOn };
}

/** In words; undefined if the replica replicates, or is reconnecting. */
function stoppedBecause(channel: Channel | undefined): string | undefined {
  if (!channel) return 'it is no replica of the original master any more';
  const { io, sql, lastError } = channel;
  if (io !== 'No' && sql === 'Yes') return undefined;
  return `replication has stopped (IO ${io}, SQL ${sql})${lastError ? `: ${lastError}` : ''}; fix it and try again`;
}

const MENTIONED_MS = 200;

/** With parallel appliers MySQL's position may stand still although everything is executed (seen on 9.7). */
function unknown(secondsBehind: number | undefined, waitedMs: number): Seen {
  if (secondsBehind === 0) {
    return { behind: waitedMs < 1000 ? '0 s behind' : undefined, behindMs: 0, connected: true, goOn: waitedMs >= 1000 };
  }
  const behind = secondsBehind === undefined ? 'behind' : `${secondsBehind} s behind`;
  return { behind, behindMs: Math.max((secondsBehind ?? 0) * 1000, waitedMs), connected: true, goOn: false };
}
