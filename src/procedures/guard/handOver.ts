import { systemClock } from '../../adapters/clock.ts';
import type { Log } from '../../adapters/log.ts';
import type { ProcessMark } from '../../adapters/machine.ts';
import { object } from '../../base/schema.ts';
import { Secret } from '../../base/secret.ts';
import { type Endpoint, endpointOf, nameOf, sameEndpoint, type Target } from '../../base/server.ts';
import { endpoint, mark } from '../../capabilities/journal/parse.ts';
import { type Reach, Sessions } from '../../cluster/sessions.ts';
import type { Settings } from '../../config/helper/settings.ts';
import type { SwitchContext } from '../switch/context.ts';
import { storeOf } from '../switch/contextOf.ts';

/** The switch that is to be watched: the first message of `stop` to its guardian. */
export interface WatchOrder {
  readonly origMaster: Endpoint;
  readonly newMaster: Endpoint;
  readonly mha: ProcessMark;
}

export function watchOrder({ origMaster, newMaster }: SwitchContext, mha: ProcessMark): WatchOrder {
  return { origMaster: endpointOf(origMaster), newMaster: endpointOf(newMaster), mha };
}

/** @throws Error that names the first malformed value. */
export const parseWatchOrder = (message: unknown): WatchOrder =>
  object<WatchOrder>({ origMaster: endpoint, newMaster: endpoint, mha: mark })(message, '');

/**
 * The second message, to a guardian in a process of its own: everything that `stop` has read, so that nothing is read again
 * and both know the same. It holds passwords, and goes only through the channel between the two.
 */
export interface HandOver {
  readonly conf: string;
  readonly settings: Omit<Settings, 'preserveAccounts'>;
  readonly servers: readonly ServerHandedOver[];
}

interface ServerHandedOver extends Endpoint {
  readonly user: string;
  readonly password: string;
  readonly reach: Reach;
}

export function handOverOf(context: SwitchContext): HandOver {
  const { conf, origMaster, newMaster, replicas, sessions } = context;
  const { preserveAccounts: _, ...settings } = context.settings;
  const servers = [origMaster, newMaster, ...replicas].map((server): ServerHandedOver => {
    const { limits, ...rest } = sessions.reachOf(server);
    const reach = { ...rest, limits: { connectMs: limits.connectMs, statementMs: limits.statementMs } };
    return { ...endpointOf(server), user: server.user, password: server.password.reveal(), reach };
  });
  return { conf, settings, servers };
}

/** The context of `stop` in another process. Who is shut out is in the journal: the patterns of accounts are not needed. */
export function contextOfHandOver(
  handOver: HandOver,
  io: { readonly log: Log; readonly signal: AbortSignal },
): SwitchContext {
  const settings: Settings = { ...handOver.settings, maxOutageMs: handOver.settings.maxOutageMs, preserveAccounts: [] };
  const reachOf = (target: Target): Reach => {
    const server = handOver.servers.find((one) => sameEndpoint(one, target));
    if (!server) throw new Error(`${nameOf(target)} is no server of this switch`);
    const onSlow = (what: string) => io.log.info(`waiting for ${what}`);
    return { ...server.reach, limits: { ...server.reach.limits, onSlow } };
  };
  const [origMaster, newMaster, ...replicas] = handOver.servers.map(
    ({ password, reach: _, ...rest }): Target => ({ ...rest, password: new Secret(password) }),
  );
  if (!origMaster || !newMaster) throw new Error('a switch has two masters');
  return {
    ...{ conf: handOver.conf, origMaster, newMaster, replicas, settings, ...io, clock: systemClock },
    rules: { mhaUsers: [origMaster.user, newMaster.user], replicationUsers: [], preserve: [] },
    sessions: new Sessions(reachOf, io.signal),
    journals: storeOf(settings),
  };
}
