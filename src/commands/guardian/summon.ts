import { join } from 'node:path';
import { privateDirectory } from '../../adapters/files/durable.ts';
import { markOf, type ProcessMark, wrapperAbove } from '../../adapters/machine.ts';
import { packageFolder } from '../../adapters/package.ts';
import { type Channel, openChannel } from '../../adapters/programs/channel.ts';
import { startDetached } from '../../adapters/programs/detached.ts';
import { nameOf } from '../../base/server.ts';
import { masterSwitchAbove } from '../../mha/hookCalls.ts';
import { handOverOf, watchOrder } from '../../procedures/guard/handOver.ts';
import type { Guardian } from '../../procedures/guard/port.ts';
import type { SwitchContext } from '../../procedures/switch/context.ts';
import type { Ready, Report } from './follow.ts';

/** The environment variable with which a wrapper says where it can be asked to be the guardian. */
export const GUARDIAN = 'MHA_HELPER_GUARDIAN';

/** Node starts in 0.1 s, and connects; a machine that needs longer is busy. */
const READY_MS = 15_000;

/**
 * The guardian of the switch that this `stop` begins: the wrapper that runs MHA, or else a process of its own, which starts
 * while `stop` still checks. Undefined if no MHA runs this hook: a person who calls it sees what happens.
 */
export function summonGuardian(context: SwitchContext, env: NodeJS.ProcessEnv): Guardian | undefined {
  const mha = masterSwitchAbove();
  if (!mha) return undefined;
  const path = env[GUARDIAN] && wrapperAbove() ? env[GUARDIAN] : undefined;
  const { channel, ...own } = path ? { channel: openChannel(path), mark: undefined } : started(context, mha);
  channel.send(watchOrder(context, mha));
  if (own.mark) channel.send(handOverOf(context));
  const report = (stop: Report['stop']) => channel.send({ stop } satisfies Report);
  return {
    ...own,
    ready: () => ready(channel),
    shutOut: () => report('shut out'),
    done: () => report('done'),
    failed: () => report('failed'),
  };
}

/** Its arguments are for people who look at the process list. */
function started(
  context: SwitchContext,
  mha: ProcessMark,
): Pick<Guardian, 'mark' | 'log'> & { readonly channel: Channel } {
  const { conf, origMaster, settings } = context;
  const logFile = () => {
    privateDirectory(settings.journalDir);
    return join(settings.journalDir, 'guardian.log');
  };
  const args = [`--conf=${conf}`, `--orig_master=${nameOf(origMaster)}`];
  const { pid, channel, output } = startDetached(packageFolder('dist/commands/guardian.js'), args, logFile);
  return { channel, log: output, mark: pid === undefined ? undefined : { process: markOf(pid), mha } };
}

async function ready(channel: Channel): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it was not ready within ${READY_MS / 1000} s`)), READY_MS);
  });
  const answer = (await Promise.race([channel.next(), late]).finally(() => clearTimeout(timer))) as Ready | undefined;
  if (answer === undefined) throw new Error('it ended before it was ready');
  return answer.ready;
}
