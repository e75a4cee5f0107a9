import { ServerError } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import { type Channel, readBinlogEnd, readChannels } from '../../capabilities/replication.ts';
import type { SwitchContext } from '../context.ts';
import { nothing, type Step } from '../step.ts';
import { every } from '../waiting.ts';
import type { StopFacts } from './facts.ts';
import { Lag } from './lag.ts';

/**
 * MHA lets nobody write until the new master has executed all that the original master wrote. What it is behind is
 * therefore waited for here, while everybody can still work, as long as it shrinks and for `catch_up_timeout` at most.
 * Running transactions do not lose of their time meanwhile. A replica that does not replicate any more ends it: MHA would
 * wait for it while nobody can write.
 * @throws ServerError where it no longer replicates.
 */
export function catchUp(facts: StopFacts): Step<SwitchContext, null> {
  return {
    name: 'catch up',
    title: (context) => `original master ${nameOf(context.origMaster)}: the new master catches up`,
    capture: async () => null,
    do: async (context) => {
      const started = context.clock.ticks();
      const wait = { stepMs: 5, limitMs: context.settings.catchUpMs, what: 'the new master to catch up' };
      const lag = new Lag();
      let behind: string | undefined;
      let connected = true;
      await every(context, wait, async () => {
        const seen = await look(context, facts, lag);
        ({ behind, connected } = seen);
        return seen.goOn ? undefined : (behind ?? 'behind');
      });
      if (!connected) throw new ServerError(`${nameOf(context.newMaster)} is ${behind}; mend it and try again`);
      if (behind) context.log.warning(`${nameOf(context.newMaster)} is ${behind}: nobody can write for as long`);
      if (facts.drainStarted !== undefined) facts.drainStarted += context.clock.ticks() - started;
    },
    verify: nothing,
    undo: nothing,
  };
}

interface Seen {
  /** In words, where it is worth telling. */
  readonly behind: string | undefined;
  readonly connected: boolean;
  readonly goOn: boolean;
}

async function look(context: SwitchContext, facts: StopFacts, lag: Lag): Promise<Seen> {
  const [orig, next] = await Promise.all([
    context.sessions.unlogged(context.origMaster),
    context.sessions.of(context.newMaster),
  ]);
  const [end, channels] = await Promise.all([readBinlogEnd(orig), readChannels(next)]);
  const channel = channels.find((c) => c.name === facts.channel);
  const stopped = stoppedBecause(channel);
  if (stopped || !channel) throw new ServerError(`${nameOf(context.newMaster)}: ${stopped}`);
  const connected = channel.io === 'Yes';
  if (!connected) return { behind: `not connected to its master (IO ${channel.io})`, connected, goOn: false };
  if (!end) return { behind: undefined, connected, goOn: true };
  const { behindMs, goOn } = lag.look(context.clock.ticks(), end, channel.executed);
  const seconds = behindMs === undefined ? channel.secondsBehind : (behindMs / 1000).toFixed(1);
  const worthTelling = behindMs === undefined || behindMs >= TOLD_MS;
  return { behind: worthTelling ? wordsFor(seconds) : undefined, connected, goOn };
}

/** In words; undefined for a replica that replicates, or connects again. */
function stoppedBecause(channel: Channel | undefined): string | undefined {
  if (!channel) return 'it is no replica of the original master any more';
  const { io, sql, lastError } = channel;
  if (io !== 'No' && sql === 'Yes') return undefined;
  return `replication has stopped (IO ${io}, SQL ${sql})${lastError ? `: ${lastError}` : ''}; mend it and try again`;
}

const TOLD_MS = 200;

function wordsFor(secondsBehind: number | string | undefined): string {
  return secondsBehind === undefined ? 'behind' : `${secondsBehind} s behind`;
}
