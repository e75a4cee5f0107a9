import { Degraded, messageOf, UsageError } from '../../base/errors.ts';
import { readCluster, targetFrom } from '../../cluster/cluster.ts';
import { STAY_CLOSED } from '../../mha/stayClosed.ts';
import { journalOf } from '../../procedures/start/journalOf.ts';
import { leftClosed } from '../../procedures/start/leaveClosed.ts';
import { switchContext } from '../../procedures/switch/contextOf.ts';
import type { HookCall } from '../hook/hook.ts';
import { startCommand } from '../hook/startCommand.ts';

/** Not interrupted: it only reads, and each of its waits has a limit. */
const NEVER = new AbortController().signal;

/**
 * `start` under `--skip_disable_read_only`: a new master that is read_only stays so, with its events off, as with a
 * script that does nothing; one that takes writes is treated as ever. Exit 10 if something is left that the operator
 * would not expect: privileges of an open switch, a server that could not be asked.
 */
export async function startUnderSkip(call: HookCall): Promise<number> {
  const { origMaster, newMaster, conf, globalConf } = call.args;
  if (!origMaster || !newMaster) throw new UsageError(call.args.problems.join('\n'));
  let left: string[] | undefined;
  let journal: string | undefined;
  try {
    const cluster = await readCluster({ conf, globalConf, env: call.invocation.env, master: origMaster });
    const masters = { orig: targetFrom(cluster, origMaster), next: targetFrom(cluster, newMaster) };
    const context = switchContext(cluster, masters, { log: call.log, signal: NEVER });
    try {
      left = await leftClosed(context);
      journal = (await journalOf(context, 'dead'))?.path;
    } finally {
      await context.sessions.closeAll();
    }
  } catch (error) {
    throw new Degraded(`nothing was changed (${STAY_CLOSED} is set): ${messageOf(error)}`);
  }
  if (!left) return startCommand(call, 'dead');
  for (const line of left) call.log.warning(line);
  if (journal) throw new Degraded(`a switch is still open: ${journal}; open the new master, then run mha_recover`);
  return 0;
}
