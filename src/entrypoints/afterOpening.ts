import { messageOf } from '../base/errors.ts';
import type { StartRecord } from '../capabilities/journal/data.ts';
import { finishStart, journalOf } from '../procedures/start.ts';
import { readCluster, switchContext, targetFrom } from './cluster.ts';
import type { HookCall } from './hook.ts';

/** What `start` does once the new master takes writes: privileges, events, the journal. Returns what went wrong. */
export async function afterOpening(
  call: HookCall,
  signal: AbortSignal,
  times: Pick<StartRecord, 'began' | 'opened'>,
): Promise<string[]> {
  const { origMaster, newMaster, conf, globalConf } = call.args;
  if (!origMaster || !newMaster)
    return ['which master it replaces is not known: privileges and events were not given back'];
  try {
    const cluster = await readCluster({ conf, globalConf, env: call.invocation.env, master: origMaster });
    const masters = { orig: targetFrom(cluster, origMaster), next: targetFrom(cluster, newMaster) };
    const context = switchContext(cluster, masters, { log: call.log, signal });
    try {
      return await finishStart(context, journalOf(context), times);
    } finally {
      await context.sessions.closeAll();
    }
  } catch (error) {
    return [messageOf(error)];
  }
}
