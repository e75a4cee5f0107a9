import { HelperError } from '../../base/errors.ts';
import { sameEndpoint } from '../../base/server.ts';
import { counted } from '../../base/text.ts';
import { readCluster, targetFrom } from '../../cluster/cluster.ts';
import { mayBeMaster } from '../../config/mha/mhaServer.ts';
import { fenceContext, shutdownScript } from '../../procedures/fence/context.ts';
import { noteServer } from '../../procedures/fence/noteServer.ts';
import { switchContext } from '../../procedures/switch/contextOf.ts';
import { checkStatus, type SwitchKind } from '../../procedures/switch/status.ts';
import type { HookCall } from './hook.ts';

/**
 * `status` of both hooks; MHA calls it when the manager starts, and from masterha_check_repl. Exit 0 or 1, never 10,
 * which MHA takes for a failure here too (MasterMonitor.pm).
 */
export async function statusCommand({ args, invocation, log }: HookCall, kind: SwitchKind): Promise<number> {
  const { origMaster, newMaster, conf, globalConf } = args;
  if (!origMaster) return 2;
  const cluster = await readCluster({ conf, globalConf, env: invocation.env, master: origMaster });
  const orig = targetFrom(cluster, origMaster);
  const candidates = newMaster
    ? [targetFrom(cluster, newMaster)]
    : cluster.servers.filter((s, i) => mayBeMaster(cluster.config.servers[i]) && !sameEndpoint(s, orig));
  const context = switchContext(cluster, { orig, next: candidates[0] ?? orig }, { log, signal: invocation.signal });
  try {
    const { problems, warnings } = await checkStatus(context, candidates, kind);
    if (kind === 'failover') {
      const fencing = fenceContext(cluster, orig, { log, ...invocation });
      const wrong = await noteServer(fencing, context.sessions);
      const { fenceNeeded, fenceCommand } = fencing.settings;
      const isRefused = fenceNeeded && !fenceCommand && shutdownScript(fencing) !== 'another';
      (isRefused ? problems : warnings).push(...wrong);
    }
    for (const warning of warnings) log.warning(warning);
    if (problems.length > 0) throw new HelperError(problems.join('\n'));
    log.info(`${cluster.config.file}: ready; ${counted(candidates.length, 'server')} can become master`);
    return 0;
  } finally {
    await context.sessions.closeAll();
  }
}
