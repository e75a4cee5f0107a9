import { Refused } from '../../base/errors.ts';
import { sameEndpoint, type Target } from '../../base/server.ts';
import { type Journal, unfinishedSwitch } from '../../capabilities/journal/journal.ts';
import { journalsOf } from '../../cluster/cluster.ts';
import { plan } from '../../procedures/recover/index.ts';
import { journalContext } from '../../procedures/switch/contextOf.ts';
import type { SwitchRun } from './switchRun.ts';

/**
 * A switch that never ended must be ended before another one begins. Only a failover of its original master ends it
 * itself, if that is down and no other server can be open. @throws Refused with what to do
 */
export async function refuseOpen(run: SwitchRun): Promise<void> {
  for (const { path, journal } of await journalsOf(run.cluster)) {
    if (!journal) throw unfinishedSwitch(path);
    if (['started', 'finished', 'undone'].includes(journal.data.phase)) continue;
    if (!run.dead || !sameEndpoint(journal.data.origMaster, run.dead)) throw unfinishedSwitch(path);
    await refuseUnlessDown(run, journal, run.dead);
  }
}

async function refuseUnlessDown({ cluster, log, invocation }: SwitchRun, journal: Journal, dead: Target) {
  const context = journalContext(cluster, journal, { log, signal: invocation.signal });
  try {
    const decision = await plan(context, journal, {});
    if (decision.action === 'keep' && decision.failOver) return;
    const advice = decision.action === 'keep' ? decision.advice : 'run mha_recover first';
    throw new Refused([`a switch of ${dead.host} never ended: ${journal.path}: ${decision.why}; ${advice}`]);
  } finally {
    await context.sessions.closeAll();
  }
}
