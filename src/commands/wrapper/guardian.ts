import type { Log } from '../../adapters/log.ts';
import { WRAPPER, wrapperMark } from '../../adapters/machine.ts';
import { type Channel, type Listener, listenForChannels } from '../../adapters/programs/channel.ts';
import { messageOf } from '../../base/errors.ts';
import { type Cluster, findServer } from '../../cluster/cluster.ts';
import { watchMha } from '../../mha/watch.ts';
import { parseWatchOrder } from '../../procedures/guard/handOver.ts';
import { type GuardEnd, guard } from '../../procedures/guard/index.ts';
import { switchContext } from '../../procedures/switch/contextOf.ts';
import { UNINTERRUPTED } from '../cli/terminal.ts';
import { beReady } from '../guardian/follow.ts';
import { GUARDIAN } from '../guardian/summon.ts';

/** This process as the guardian of the switch that its MHA runs. What is to be settled afterwards, the wrapper settles. */
export interface WrapperGuardian {
  /** For the environment of MHA and its hooks; overrides what another switch may have left there. */
  readonly env: NodeJS.ProcessEnv;
  /** To be called once MHA has ended: waits for an opening that is under way. */
  end(): Promise<Pick<GuardEnd, 'opened' | 'ended'>>;
}

/** For an MHA that runs no `stop`, or must not open the new master. */
export function noGuardian(): WrapperGuardian {
  return { env: { [GUARDIAN]: undefined, [WRAPPER]: wrapperMark() }, end: async () => ({ opened: false }) };
}

/** If nobody can reach it here, `stop` starts a guardian of its own. */
export async function beGuardian(cluster: Cluster, log: Log): Promise<WrapperGuardian> {
  const guards: Promise<GuardEnd | undefined>[] = [];
  const failed = (error: unknown) => void log.debug(`not watched: ${messageOf(error)}`);
  let listener: Listener | undefined;
  try {
    listener = await listenForChannels((channel) => void guards.push(watch(channel, cluster, log).catch(failed)));
  } catch (error) {
    failed(error);
  }
  const end = async () => {
    listener?.stop();
    const ends = (await Promise.all(guards)).flatMap((one) => one ?? []);
    const ended = ends.find((one) => one.ended !== undefined)?.ended;
    return { opened: ends.some(({ opened }) => opened), ...(ended === undefined ? {} : { ended }) };
  };
  return { env: { [GUARDIAN]: listener?.path, [WRAPPER]: wrapperMark() }, end };
}

async function watch(channel: Channel, cluster: Cluster, log: Log): Promise<GuardEnd> {
  const { origMaster, newMaster, mha } = parseWatchOrder(await channel.next());
  const orig = findServer(cluster, origMaster.host, origMaster.port);
  const next = findServer(cluster, newMaster.host, newMaster.port);
  const context = switchContext(cluster, { orig, next }, { log, signal: UNINTERRUPTED });
  try {
    const stop = await beReady(channel, context);
    return await guard({ context, stop, mha: watchMha(mha), say: (text) => log.error(text) });
  } finally {
    // A server that hangs must not hold up the end of the outage.
    void context.sessions.closeAll();
  }
}
