import { nameOf } from '../base/server.ts';
import { stop } from '../procedures/stop/index.ts';
import { readCluster, switchContext, targetFrom } from './cluster.ts';
import type { HookCall } from './hook.ts';

/** `stop` of the online hook: see the procedure. Exit 0 once nobody can write to the original master. */
export async function stopCommand({ args, invocation, log }: HookCall): Promise<number> {
  const { origMaster, newMaster, conf, globalConf, origBecomesReplica } = args;
  if (!origMaster || !newMaster) return 2;
  const cluster = await readCluster({ conf, globalConf, env: invocation.env, master: origMaster });
  const masters = { orig: targetFrom(cluster, origMaster), next: targetFrom(cluster, newMaster) };
  const context = { ...switchContext(cluster, masters, { log, signal: invocation.signal }), origBecomesReplica };
  try {
    await stop(context);
    log.info(`${nameOf(masters.orig)} is stopped: MHA may move the master`);
    return 0;
  } finally {
    await context.sessions.closeAll();
  }
}
