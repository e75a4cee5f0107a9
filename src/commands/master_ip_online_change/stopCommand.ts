import { nameOf } from '../../base/server.ts';
import { readCluster, targetFrom } from '../../cluster/cluster.ts';
import { stop } from '../../procedures/stop/index.ts';
import { switchContext } from '../../procedures/switch/contextOf.ts';
import type { HookCall } from '../hook/hook.ts';
import { proveWayToOpen } from '../hook/startReach.ts';

/**
 * `stop` of the online hook: see the procedure. Exit 0 once nobody can write to the original master. Before anything is
 * touched, it logs in to the new master in the way that `start` will have to.
 */
export async function stopCommand(call: HookCall): Promise<number> {
  const { args, invocation, log } = call;
  const { origMaster, newMaster, conf, globalConf, origBecomesReplica } = args;
  if (!origMaster || !newMaster) return 2;
  const cluster = await readCluster({ conf, globalConf, env: invocation.env, master: origMaster });
  const masters = { orig: targetFrom(cluster, origMaster), next: targetFrom(cluster, newMaster) };
  await proveWayToOpen(call);
  const context = { ...switchContext(cluster, masters, { log, signal: invocation.signal }), origBecomesReplica };
  try {
    await stop(context);
    log.info(`${nameOf(masters.orig)} is stopped: MHA may move the master`);
    return 0;
  } finally {
    await context.sessions.closeAll();
  }
}
