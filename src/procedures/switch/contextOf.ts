import { systemClock } from '../../adapters/clock.ts';
import type { Log } from '../../adapters/log.ts';
import { sameEndpoint, type Target } from '../../base/server.ts';
import { JournalFiles } from '../../capabilities/journal/files.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import type { JournalStore } from '../../capabilities/journal/store.ts';
import { type Cluster, findServer, sessionsOf } from '../../cluster/cluster.ts';
import type { Settings } from '../../config/helper/settings.ts';
import type { SwitchContext } from './context.ts';

/** Everything a switch from one server of the cluster to another needs. */
export function switchContext(
  cluster: Cluster,
  masters: { readonly orig: Target; readonly next: Target },
  io: { readonly log: Log; readonly signal: AbortSignal },
): SwitchContext {
  const { orig, next } = masters;
  const others = cluster.servers.filter((s) => !sameEndpoint(s, orig) && !sameEndpoint(s, next));
  const settings = cluster.settingsOf(orig);
  const param = (name: string) => cluster.config.servers.map((s) => s.params.get(name) ?? '').filter((v) => v !== '');
  return {
    conf: cluster.config.file,
    origMaster: orig,
    newMaster: next,
    replicas: others,
    settings,
    rules: {
      mhaUsers: [...new Set([orig.user, next.user, ...cluster.servers.map((s) => s.user)])],
      replicationUsers: [...new Set(param('repl_user'))],
      preserve: settings.preserveAccounts,
    },
    sessions: sessionsOf(cluster, io),
    journals: storeOf(settings),
    log: io.log,
    clock: systemClock,
    signal: io.signal,
  };
}

export function storeOf({ journalDir }: Pick<Settings, 'journalDir'>): JournalStore {
  return new JournalFiles(journalDir);
}

/** What is needed to end the switch of a journal. Its new master is the server that was opened, if one was. */
export function journalContext(
  cluster: Cluster,
  journal: Journal,
  io: { readonly log: Log; readonly signal: AbortSignal },
): SwitchContext {
  const { origMaster, newMaster, opened = newMaster } = journal.data;
  const orig = findServer(cluster, origMaster.host, origMaster.port);
  return switchContext(cluster, { orig, next: findServer(cluster, opened.host, opened.port) }, io);
}
