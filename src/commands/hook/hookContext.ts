import { UsageError } from '../../base/errors.ts';
import { readCluster, targetFrom } from '../../cluster/cluster.ts';
import type { SwitchContext } from '../../procedures/switch/context.ts';
import { switchContext } from '../../procedures/switch/contextOf.ts';
import type { HookCall } from './hook.ts';

/** The switch between the two masters of MHA's arguments. @throws UsageError if one is missing; ConfigError */
export async function hookContext({ args, invocation, log }: HookCall, signal: AbortSignal): Promise<SwitchContext> {
  const { origMaster, newMaster, conf, globalConf } = args;
  if (!origMaster || !newMaster) throw new UsageError(args.problems.join('\n'));
  const cluster = await readCluster({ conf, globalConf, env: invocation.env, master: origMaster });
  const masters = { orig: targetFrom(cluster, origMaster), next: targetFrom(cluster, newMaster) };
  return switchContext(cluster, masters, { log, signal });
}
