import { nameOf } from '../../base/server.ts';
import { stop } from '../../procedures/stop/index.ts';
import type { HookCall } from '../hook/hook.ts';
import { hookContext } from '../hook/hookContext.ts';
import { proveWayToOpen } from '../hook/startReach.ts';

/** Exit 0 once nobody can write to the original master. Before it changes anything, it logs in to the new master as `start` will. */
export async function stopCommand(call: HookCall): Promise<number> {
  const context = await hookContext(call, call.invocation.signal);
  await proveWayToOpen(call);
  try {
    await stop({ ...context, origBecomesReplica: call.args.origBecomesReplica });
    call.log.info(`${nameOf(context.origMaster)} is stopped: MHA may move the master`);
    return 0;
  } finally {
    await context.sessions.closeAll();
  }
}
