import type { Finding } from '../../../base/finding.ts';
import { type Channel, readChannels } from '../../../capabilities/replication.ts';
import { isFrom } from '../../stop/topology.ts';
import type { Check, CheckedServer } from '../context.ts';
import { each, othersOf, whereOf } from './each.ts';

/** MHA's limit for an online switch (`--seconds_behind_master`), and what makes a switch take noticeably longer. */
const REFUSED_SECONDS = 30;
const SLOW_SECONDS = 5;

/** Replicas that do not replicate from the master, or not well: MHA looks at each of them and refuses. */
export const replication: Check = {
  title: 'replication',
  run: async (context) => {
    const { master } = context;
    if (!master) return [];
    return each(othersOf(context), async (server) => {
      return health(whereOf(server), await readChannels(server.session), master, server.mayBeMaster);
    });
  },
};

/** Pure: what is wrong with a replica's channels; `master` is whom it should replicate from. */
export function health(
  where: string,
  channels: readonly Channel[],
  master: Pick<CheckedServer, 'target' | 'identity'>,
  mayBeMaster = true,
): Finding[] {
  const name = `${master.target.host}:${master.target.port}`;
  const channel = channels.find((c) => isFrom(c, master.target, master.identity));
  if (!channel) {
    const from = channels.map((c) => `${c.masterHost}:${c.masterPort}`).join(', ') || 'nothing';
    const text = `it does not replicate from the master ${name}, but from ${from}`;
    const advice = "make it a replica of the master, or take it out of MHA's file";
    return [{ level: 'error', code: 'not_a_replica', where, text, advice }];
  }
  const sources = channels.length > 1 ? [manySources(where, channels)] : [];
  if (channel.delay > 0) sources.push(delayed(where, channel.delay, mayBeMaster));
  const stopped = [...(channel.io === 'Yes' ? [] : ['IO']), ...(channel.sql === 'Yes' ? [] : ['SQL'])];
  if (stopped.length > 0) return [...sources, notRunning(where, channel, stopped)];
  return [...sources, ...behind(where, channel.secondsBehind)];
}

function notRunning(where: string, { io, sql, lastError }: Channel, stopped: readonly string[]): Finding {
  return {
    level: 'error',
    code: 'replication_stopped',
    where,
    text: `replication does not run (IO ${io}, SQL ${sql})${lastError ? `: ${lastError}` : ''}`,
    advice: `mend it and start the ${stopped.join(' and ')} thread: MHA refuses a switch`,
  };
}

function delayed(where: string, seconds: number, mayBeMaster: boolean): Finding {
  const text = `it holds back what it replicates for ${seconds} s (MASTER_DELAY)`;
  const common = { code: 'replica_delayed', where };
  if (!mayBeMaster) {
    const more = `; MHA repoints it only once it has executed everything, and refuses a switch above ${REFUSED_SECONDS} s`;
    return { ...common, level: 'note', text: text + more };
  }
  const advice = 'set MASTER_DELAY to 0 there, or no_master=1 in MHA’s file: a switch to it is refused';
  return { ...common, level: 'error', text, advice };
}

function behind(where: string, seconds: number | undefined): Finding[] {
  if (seconds === undefined || seconds < SLOW_SECONDS) return [];
  const refused = seconds > REFUSED_SECONDS;
  const text = `it is ${seconds} s behind the master`;
  const advice = refused
    ? `wait, or find out what it is busy with: MHA refuses an online switch above ${REFUSED_SECONDS} s`
    : 'wait until it is level: a switch waits for it with the applications shut out';
  return [{ level: refused ? 'error' : 'warning', code: 'replica_behind', where, text, advice }];
}

function manySources(where: string, channels: readonly Channel[]): Finding {
  const from = channels.map((c) => `${c.masterHost}:${c.masterPort}${c.name ? ` (${c.name})` : ''}`).join(', ');
  const text = `it has ${channels.length} masters: ${from}`;
  return {
    level: 'warning',
    code: 'many_masters',
    where,
    text,
    advice: 'MHA looks at one of them only, and repoints it',
  };
}
