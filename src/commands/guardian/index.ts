import { type Channel, inheritedChannel } from '../../adapters/programs/channel.ts';
import { writeToPipeOf } from '../../adapters/programs/detached.ts';
import { UsageError } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import { watchMha } from '../../mha/watch.ts';
import { contextOfHandOver, type HandOver, parseWatchOrder } from '../../procedures/guard/handOver.ts';
import { guard } from '../../procedures/guard/index.ts';
import { settleSwitch } from '../../procedures/guard/settle.ts';
import type { Recovered } from '../../procedures/recover/index.ts';
import type { SwitchContext } from '../../procedures/switch/context.ts';
import { openLog, PATIENCE, run, UNINTERRUPTED } from '../cli/terminal.ts';
import { beReady } from './follow.ts';

/**
 * The guardian of a switch in a process of its own: `stop` starts it if no wrapper runs MHA. It outlives `stop`, and ends
 * with its switch; no signal but SIGKILL ends it before.
 */
await run(async () => {
  const channel = channelToStop();
  const [order, handOver] = [await channel.next(), await channel.next()];
  // `stop` refused before it needed a guardian.
  if (order === undefined || handOver === undefined) return 0;
  const { mha } = parseWatchOrder(order);
  const log = openLog('info');
  const context = contextOfHandOver(handOver as HandOver, { log, signal: UNINTERRUPTED });
  log.debug('the guardian watches');
  const say = (text: string) => {
    log.error(text);
    writeToPipeOf(mha.pid, `${text}\n`);
  };
  try {
    const stop = await beReady(channel, context);
    const end = await guard({ context, stop, mha: watchMha(mha), say });
    if (!end.settle) return 0;
    if (end.ended === undefined) log.warning('MHA has ended without start: its guardian ends the switch');
    return report(context, await settleSwitch(context, end));
  } finally {
    await context.sessions.closeAll();
  }
}, PATIENCE.hook);

function channelToStop(): Channel {
  try {
    return inheritedChannel();
  } catch {
    throw new UsageError('the guardian of a switch: started by master_ip_online_change, and not by hand');
  }
}

function report({ log, origMaster }: SwitchContext, settled: Recovered | undefined): number {
  if (!settled) return 0;
  if (!settled.open) {
    log.warning(`the switch from ${nameOf(origMaster)} is closed: ${settled.decision.why}`);
    return 0;
  }
  log.error(['the switch could not be ended:', ...settled.problems, 'fix the cause and run mha_recover'].join('\n'));
  return 1;
}
