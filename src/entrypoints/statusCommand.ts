import { HelperError } from '../base/errors.ts';
import { sameEndpoint } from '../base/server.ts';
import { checkStatus } from '../procedures/status.ts';
import { readCluster, switchContext, targetFrom } from './cluster.ts';
import type { HookCall } from './hook.ts';

/**
 * `status` of both hooks, called when the manager starts and by masterha_check_repl: exit 0 or 1, never 10, since MHA
 * takes 10 for a failure here too (MasterMonitor.pm).
 */
export async function statusCommand({ args, invocation, log }: HookCall): Promise<number> {
  const { origMaster, newMaster, conf, globalConf } = args;
  if (!origMaster) return 2;
  const cluster = await readCluster({ conf, globalConf, env: invocation.env, master: origMaster });
  const orig = targetFrom(cluster, origMaster);
  const mayBeMaster = cluster.config.servers.filter((s) => s.params.get('no_master') !== '1').map((s) => s.id);
  const named = newMaster ? [targetFrom(cluster, newMaster)] : undefined;
  const candidates =
    named ??
    cluster.servers.filter(
      (s, i) => mayBeMaster.includes(cluster.config.servers[i]?.id ?? '') && !sameEndpoint(s, orig),
    );
  const context = switchContext(cluster, { orig, next: candidates[0] ?? orig }, { log, signal: invocation.signal });
  try {
    const { problems, warnings } = await checkStatus(context, candidates);
    for (const warning of warnings) log.warning(warning);
    if (problems.length > 0) throw new HelperError(problems.join('\n'));
    log.info(`${cluster.config.file}: ready; ${candidates.length} servers may become the master`);
    return 0;
  } finally {
    await context.sessions.closeAll();
  }
}
