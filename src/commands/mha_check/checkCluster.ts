import { systemClock } from '../../adapters/clock.ts';
import type { Log } from '../../adapters/log.ts';
import { packageFolder, packageVersion } from '../../adapters/package.ts';
import { ConfigError, inFile } from '../../base/errors.ts';
import { error, type Finding } from '../../base/finding.ts';
import { oneLine } from '../../base/text.ts';
import { type Cluster, globalFileOf, journalsOf, readMhaFile, type Wanted } from '../../cluster/cluster.ts';
import { readSettings, type SettingsOf } from '../../config/helper/helperConfig.ts';
import { findSettingsFile } from '../../config/helper/helperFile.ts';
import type { MhaConfig } from '../../config/mha/mhaConfig.ts';
import { isMultiTier, mayBeMaster, targetOf } from '../../config/mha/mhaServer.ts';
import type { CheckContext, CheckedServer } from '../../procedures/check/context.ts';
import { lookAtHosts } from '../../procedures/check/mha/hosts/hosts.ts';
import { configuredReadOnly } from '../../procedures/check/mha/hosts/optionFiles.ts';
import { surroundingJobs } from '../../procedures/check/mha/index.ts';
import type { Surroundings } from '../../procedures/check/mha/inputs.ts';
import { oncePerServer } from '../../procedures/check/once.ts';
import { causeFirst, openSwitches } from '../../procedures/check/openSwitch.ts';
import { askServers, type Listed, masterFindings, masterOf, tierAbove } from '../../procedures/check/reach.ts';
import { type Job, type Progress, runJobs } from '../../procedures/check/run.ts';
import { SERVER_CHECKS } from '../../procedures/check/servers/index.ts';
import { switchContext } from '../../procedures/switch/contextOf.ts';

/** A file that cannot be read is a finding too. */
export interface CheckResult {
  readonly conf: string;
  readonly findings: readonly Finding[];
}

export interface CheckIo {
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** Checks everything that would make a switch fail or lose something. Changes nothing. */
export async function checkCluster(wanted: Wanted, io: CheckIo): Promise<CheckResult> {
  io.progress(['MHA’s file']);
  const read = await readAll(wanted);
  if (!('config' in read)) return read;
  const { config, settingsOf, findings } = read;
  if (!settingsOf) return { conf: config.file, findings };
  const cluster = { config, servers: config.servers.map(targetOf), settingsOf };
  return { conf: config.file, findings: [...findings, ...(await checkAll(cluster, wanted, io))] };
}

interface ReadConfig {
  readonly config: MhaConfig;
  readonly settingsOf?: SettingsOf;
  readonly findings: readonly Finding[];
}

async function readAll(wanted: Wanted): Promise<ReadConfig | CheckResult> {
  let config: MhaConfig;
  try {
    config = await readMhaFile(wanted);
    config.servers.map(targetOf);
  } catch (failure) {
    const conf = wanted.conf ?? wanted.env.MHA_HELPER_CONF ?? 'MHA’s file';
    return { conf, findings: configFindings(conf, failure) };
  }
  try {
    return { config, settingsOf: await readSettings(config), findings: [] };
  } catch (failure) {
    return { config, findings: configFindings(config.file, failure) };
  }
}

function configFindings(conf: string, failure: unknown): Finding[] {
  if (!(failure instanceof ConfigError)) throw failure;
  const advice = 'correct it: nothing else was checked';
  return failure.problems.map((p) => error('configuration', p.file ?? conf, oneLine(inFile(p)), advice));
}

async function checkAll(cluster: Cluster, wanted: Wanted, io: CheckIo): Promise<Finding[]> {
  const [first, second] = cluster.servers;
  if (!first) return [];
  const base = switchContext(cluster, { orig: first, next: second ?? first }, io);
  try {
    io.progress(['the servers']);
    const { servers: answered, findings } = await askServers(base.sessions, listedIn(cluster));
    const { servers, master } = rolesOf(answered);
    const { settings, rules } = switchContext(cluster, { orig: master?.target ?? first, next: first }, io);
    const switches = openSwitches(await journalsOf(cluster));
    const conf = cluster.config.file;
    const context: CheckContext = { conf, servers, master, settings, rules, clock: systemClock, switches };
    const given = await surroundings(cluster, wanted, context, io.signal);
    const hosts = lookAtHosts(given);
    const around = surroundingJobs(given, hosts);
    // In parallel, except those that share the sessions.
    const configured = async (server: CheckedServer) => configuredReadOnly(await hosts, server.identity);
    const lanes = [...around.map((job) => [job]), serverJobs({ ...context, configuredReadOnly: configured })];
    const noMaster = masterFindings(conf, servers, master);
    const found = [...findings, ...noMaster, ...(await runJobs(conf, lanes, io.progress))];
    return causeFirst(oncePerServer(found), switches);
  } finally {
    await base.sessions.closeAll();
  }
}

export function listedIn({ config, servers }: Cluster): Listed[] {
  return servers.map((target, i) => {
    const server = config.servers[i];
    return { target, mayBeMaster: mayBeMaster(server), multiTier: isMultiTier(server) };
  });
}

/** A server of a lower tier is no candidate for MHA. */
function rolesOf(answered: readonly CheckedServer[]): Pick<CheckContext, 'servers' | 'master'> {
  const first = masterOf(answered);
  const servers = answered.map((one) => (tierAbove(answered, one, first) ? { ...one, mayBeMaster: false } : one));
  return { servers, master: first && servers[answered.indexOf(first)] };
}

function serverJobs(context: CheckContext): Job[] {
  return SERVER_CHECKS.map((check) => ({ title: check.title, run: () => check.run(context) }));
}

async function surroundings(
  cluster: Cluster,
  wanted: Wanted,
  context: CheckContext,
  signal: AbortSignal,
): Promise<Surroundings> {
  const settings = cluster.servers.map(cluster.settingsOf);
  return {
    config: cluster.config,
    globalConf: globalFileOf(wanted),
    settingsFile: await findSettingsFile(cluster.config.file, '/etc/mha-helper'),
    journalDirs: [...new Set(settings.map((s) => s.journalDir))],
    sslKeys: [...new Set(settings.flatMap((s) => s.sslKey ?? []))],
    fencing: context.settings,
    journals: await journalsOf(cluster),
    servers: context.servers,
    master: context.master,
    env: wanted.env,
    packageFolder,
    packageVersion: packageVersion(),
    clock: systemClock,
    signal,
  };
}
