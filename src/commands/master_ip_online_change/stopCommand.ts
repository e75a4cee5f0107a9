import { nameOf } from '../../base/server.ts';
import { stop } from '../../procedures/stop/index.ts';
import { summonGuardian } from '../guardian/summon.ts';
import type { HookCall } from '../hook/hook.ts';
import { hookContext } from '../hook/hookContext.ts';
import { proveWayToOpen } from '../hook/startReach.ts';

/** Exit 0 once nobody can write to the original master. Before it changes anything, it logs in to the new master as `start` will. */
export async function stopCommand(call: HookCall): Promise<number> {
  const context = await hookContext(call, call.invocation.signal);
  const guardian = summonGuardian(context, call.invocation.env);
  try {
    await proveWayToOpen(call);
    await stop({ ...context, guardian, origBecomesReplica: call.args.origBecomesReplica });
    call.log.info(`${nameOf(context.origMaster)} is stopped: MHA may move the master`);
    return 0;
  } catch (error) {
    guardian?.failed();
    throw error;
  } finally {
    await context.sessions.closeAll();
  }
}
