import type { Clock } from '../../adapters/clock.ts';
import type { Log } from '../../adapters/log.ts';
import { type Endpoint, sameEndpoint, type Target } from '../../base/server.ts';
import { shellWord, simpleCommand } from '../../base/shellWords.ts';
import type { JournalStore } from '../../capabilities/journal/store.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { type MhaServer, targetOf } from '../../config/mha/mhaServer.ts';
import type { SwitchContext } from '../switch/context.ts';
import { switchContext } from '../switch/contextOf.ts';

/** What a fence of one server works with. */
export interface FenceContext {
  readonly cluster: Cluster;
  readonly server: Target;
  readonly settings: SwitchContext['settings'];
  readonly journals: JournalStore;
  readonly log: Log;
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
  /** Ends the fence. */
  readonly signal: AbortSignal;
}

/** The context for a server of the cluster. */
export function fenceContext(
  cluster: Cluster,
  server: Target,
  io: Pick<FenceContext, 'log' | 'env' | 'signal'>,
): FenceContext {
  const { settings, journals, clock } = switchContext(cluster, { orig: server, next: server }, io);
  return { cluster, server, settings, journals, clock, ...io };
}

/** The server's section of MHA's file. */
export function sectionOf({ cluster, server }: Pick<FenceContext, 'cluster' | 'server'>): MhaServer | undefined {
  return cluster.config.servers.find((one) => sameEndpoint(targetOf(one), server));
}

interface Noting {
  readonly journals: JournalStore;
  readonly server: Endpoint;
}

/** The file with what the server said while it lived, beside the journals. */
export function serverNotePath({ journals, server }: Noting): string {
  return journals.pathOf(server).replace(/json$/, 'server');
}

/** The file with the result of the last fence. */
export function fenceNotePath({ journals, server }: Noting): string {
  return journals.pathOf(server).replace(/json$/, 'fence');
}

/** What MHA calls after the hook, as its shutdown_script: that has the last word. */
export function shutdownScript(context: Pick<FenceContext, 'cluster' | 'server'>): 'none' | 'mha_fence' | 'another' {
  const script = (sectionOf(context)?.params.get('shutdown_script') ?? '').trim();
  if (script === '') return 'none';
  return /(^|\/)mha_fence$/.test(simpleCommand(script)?.program ?? '') ? 'mha_fence' : 'another';
}

/** What lets a server start again that mha_fence keeps down. */
export function releaseCommand({ server, cluster }: Pick<FenceContext, 'cluster' | 'server'>): string {
  const where = `--host=${server.host} --port=${server.port} --conf=${shellWord(cluster.config.file)}`;
  return `mha_fence --command=release ${where}`;
}
