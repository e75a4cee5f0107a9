import type { Log } from '../adapters/log.ts';
import { packageFolder } from '../adapters/package.ts';
import { ConfigError } from '../base/errors.ts';
import { nameOf, sameEndpoint, type Target } from '../base/server.ts';
import { JournalFiles } from '../capabilities/journal/files.ts';
import { type FoundJournal, openJournals } from '../capabilities/journal/openJournals.ts';
import { readSettings, type SettingsOf } from '../config/helper/helperConfig.ts';
import { locateConfig } from '../config/mha/locate.ts';
import type { MhaConfig } from '../config/mha/mhaConfig.ts';
import { targetOf } from '../config/mha/mhaServer.ts';
import { reachOf } from './reach.ts';
import { Sessions } from './sessions.ts';

export interface Cluster {
  readonly config: MhaConfig;
  readonly servers: readonly Target[];
  readonly settingsOf: SettingsOf;
}

/** Where the configuration is, and which master it must list. */
export interface Wanted {
  readonly conf?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly globalConf?: string | undefined;
  readonly master?: { readonly host: string; readonly ip?: string; readonly port?: number } | undefined;
}

/** @throws ConfigError with what is wrong with MHA's file, or the places that were searched */
export function readMhaFile(wanted: Wanted): Promise<MhaConfig> {
  return locateConfig({
    conf: wanted.conf,
    envConf: wanted.env.MHA_HELPER_CONF,
    master: wanted.master,
    packageConf: packageFolder('conf'),
    globalFile: globalFileOf(wanted),
  });
}

/** MHA's global file, if it is not the usual one. */
export function globalFileOf({ globalConf, env }: Wanted): string | undefined {
  return globalConf ?? (env.MHA_HELPER_GLOBAL_CONF || undefined);
}

/** @throws ConfigError with everything that is wrong with MHA's file or the settings */
export async function readCluster(wanted: Wanted): Promise<Cluster> {
  const config = await readMhaFile(wanted);
  return { config, servers: config.servers.map(targetOf), settingsOf: await readSettings(config) };
}

export function sessionsOf(cluster: Cluster, io: { readonly log: Log; readonly signal: AbortSignal }): Sessions {
  const onSlow = (what: string) => io.log.info(`waiting for ${what}`);
  return new Sessions((target) => {
    const { limits, ...rest } = reachOf(cluster.settingsOf(target));
    return { ...rest, limits: { ...limits, onSlow } };
  }, io.signal);
}

/** The open journals of the cluster; one that cannot be read has no `journal`. */
export async function journalsOf(cluster: Cluster): Promise<FoundJournal[]> {
  const dirs = new Set(cluster.servers.map((s) => cluster.settingsOf(s).journalDir));
  const found = [...dirs].map((dir) => openJournals(new JournalFiles(dir), cluster.servers));
  return (await Promise.all(found)).flat();
}

type NamedServer = Pick<Target, 'host' | 'ip' | 'port'> & {
  readonly [K in 'user' | 'password']?: Target[K] | undefined;
};

/** The server that MHA's arguments name, with the credentials they give, if any. */
export function targetFrom(cluster: Cluster, argument: NamedServer): Target {
  const known =
    cluster.servers.find((s) => sameEndpoint(s, argument)) ?? findServer(cluster, argument.host, argument.port);
  return {
    host: argument.host,
    ip: argument.ip === argument.host ? known.ip : argument.ip,
    port: argument.port,
    user: argument.user ?? known.user,
    password: argument.password ?? known.password,
  };
}

/** @throws ConfigError if the configuration does not list it, or lists it on several ports and `port` is missing */
export function findServer(cluster: Cluster, host: string, port?: string | number): Target {
  const named = cluster.servers.filter((s) => s.ip === host || s.host.toLowerCase() === host.toLowerCase());
  const found = named.filter((s) => port === undefined || s.port === Number(port));
  const [only] = found;
  if (only && found.length === 1) return only;
  const listed = (found.length > 1 ? found : cluster.servers).map(nameOf).join(', ');
  if (found.length > 1)
    throw new ConfigError(`${cluster.config.file} lists ${host} more than once (${listed}); name the port too`);
  throw new ConfigError(
    `${cluster.config.file} does not list ${host}${port === undefined ? '' : `:${port}`}, only ${listed}`,
  );
}
