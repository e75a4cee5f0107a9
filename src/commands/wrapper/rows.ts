import { systemClock } from '../../adapters/clock.ts';
import type { Target } from '../../base/server.ts';
import { sessionsOf } from '../../cluster/cluster.ts';
import { compareRows, lookBefore } from '../../procedures/status/rows/look.ts';
import type { RowProof } from '../../procedures/status/rows/proof.ts';
import { UNINTERRUPTED } from '../cli/terminal.ts';
import type { SwitchRun } from './switchRun.ts';

/** Compares the rows of all servers with those of the new master, once it is known. */
export type CompareRows = (newMaster: Target | undefined) => Promise<RowProof>;

const NOTHING: RowProof = { problems: [], lines: [] };

/** Begins to look at the survivors of a dead master; to be called right before MHA runs. Compares nothing without a new master. */
export function watchRows({ cluster, dead, log }: SwitchRun): CompareRows {
  if (!dead) return async () => NOTHING;
  const sessions = sessionsOf(cluster, { log, signal: UNINTERRUPTED });
  const context = { sessions, clock: systemClock };
  // Closed at once, since nobody calls the rest if MHA cannot be started.
  const before = lookBefore(context, cluster.servers, dead).finally(() => sessions.closeAll());
  const withoutLog = cluster.servers.filter((_, i) => cluster.config.servers[i]?.params.get('disable_log_bin') === '1');
  return async (newMaster) => {
    try {
      const known = await before;
      if (!newMaster || newMaster === dead) return NOTHING;
      return await compareRows(context, cluster.servers, known, { newMaster, withoutLog });
    } finally {
      await sessions.closeAll();
    }
  };
}
