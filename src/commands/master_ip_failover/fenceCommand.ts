import { Degraded, HelperError, messageOf } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import { readCluster, targetFrom } from '../../cluster/cluster.ts';
import { fenceContext, shutdownScript } from '../../procedures/fence/context.ts';
import { fence } from '../../procedures/fence/index.ts';
import { exitOf, fenceLine } from '../../procedures/fence/verdict.ts';
import type { HookCall } from '../hook/hook.ts';

/**
 * `stop` and `stopssh`: fences the dead master. Without a configuration nobody knows whether it must be fenced, and MHA goes
 * on (exit 10). If MHA calls a shutdown_script afterwards, the last word is left to that; `fence_command` too if it is mha_fence.
 */
export async function fenceCommand({ args, invocation, log }: HookCall, mode: 'stopssh' | 'stop'): Promise<number> {
  const { origMaster: master, conf, globalConf } = args;
  if (!master) return 2;
  log.info(`${nameOf(master)} is dead: nothing to take from it; its accounts stay as they are`);
  const cluster = await readCluster({ conf, globalConf, env: invocation.env, master }).catch((error) => {
    throw new Degraded(`NOT FENCED: ${nameOf(master)} may still take writes: ${messageOf(error)}`);
  });
  const context = fenceContext(cluster, targetFrom(cluster, master), { log, ...invocation });
  const { settings } = context;
  const script = shutdownScript(context);
  const isLeft = script === 'mha_fence';
  if (settings.fence === 'no') return 0;
  if (isLeft && (mode === 'stop' || settings.fence === 'commands')) {
    log.info(`${nameOf(master)}: fencing is left to mha_fence, MHA’s shutdown_script`);
    return 0;
  }
  const result = await fence(context, { mode, command: !isLeft });
  const code = exitOf({ script: 'master_ip_failover', mode }, result, settings.fenceNeeded, script !== 'none');
  const line = fenceLine(context, result, code);
  if (code === 1) throw new HelperError(line);
  if (code !== 0) throw new Degraded(line);
  log.info(line);
  return 0;
}
