import { nameOf, type Target } from '../../base/server.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import { replicatesFrom } from '../../capabilities/replication/masters.ts';
import type { Observed } from '../../cluster/observe.ts';
import { isStillMaster, isWriter } from './decide.ts';
import { situationOf } from './observe.ts';

/**
 * The servers, besides the new master, that are masters now, as {@link isWriter} has it. Without a journal it is not known
 * whom the original master replicated from before: if the new one is its replica, it is still the master.
 */
export async function mastersBeside(looked: readonly Observed[], journal: Journal | undefined): Promise<Target[]> {
  const [orig, next] = looked;
  if (journal) {
    const s = await situationOf(looked, journal, {});
    const masters = [s.origMaster].filter(isStillMaster).concat(s.others.filter((view) => isWriter(view, s)));
    return looked.map(({ server }) => server).filter((server) => masters.some(({ name }) => name === nameOf(server)));
  }
  const isFollowed = (server: Target) =>
    server === orig?.server && replicatesFrom(next?.identity, server, orig.identity);
  return looked.flatMap(({ server, identity }) => {
    const isMaster = identity?.readOnly === false && (identity.channels.length === 0 || isFollowed(server));
    return isMaster && server !== next?.server ? [server] : [];
  });
}
