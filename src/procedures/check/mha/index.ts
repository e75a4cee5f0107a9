import { error, type Finding } from '../../../base/finding.ts';
import { type MhaServer, mayBeMaster } from '../../../config/mha/mhaServer.ts';
import { ownVersion } from '../../../mha/compat.ts';
import { clockFindings, readServerClock } from '../clocks.ts';
import type { CheckedServer } from '../context.ts';
import type { Job } from '../run.ts';
import { checkFiles } from './files.ts';
import { checkHooks } from './hooks.ts';
import { hostFindings } from './hostFindings.ts';
import { lookAtHosts } from './hosts.ts';
import type { Surroundings } from './inputs.ts';
import { checkInstalled } from './installed.ts';
import { checkManager } from './manager.ts';

/** Checks everything around the servers: files, hooks, MHA, the hosts over ssh, clocks. Changes nothing. */
export function surroundingJobs(given: Surroundings): Job[] {
  const hosts = lookAtHosts(given);
  // A failure is reported by the jobs that await it below.
  hosts.catch(() => {});
  return [
    { title: 'files and folders', run: () => checkFiles(given) },
    { title: 'who can become the master', run: async () => candidateFindings(given) },
    { title: 'hooks', run: () => checkHooks(given) },
    { title: 'MHA on this host', run: () => checkInstalled(given) },
    { title: 'switches and managers', run: () => checkManager(given) },
    {
      title: 'hosts over ssh',
      run: async () => {
        // Before the hosts have answered: by then a server whose disk is full may answer no more.
        const needed = !(await usesGtids(given));
        return hostFindings(await hosts, needed, await ownVersion());
      },
    },
    {
      title: 'clocks',
      run: async () => {
        const answered = given.servers.filter(({ session }) => session.alive);
        const servers = await Promise.all(answered.map(({ session }) => readServerClock(session, given.clock)));
        const overSsh = (await hosts).flatMap(({ clock }) => clock ?? []);
        return clockFindings(servers, overSsh);
      },
    },
  ];
}

/** A failover needs a candidate. */
function candidateFindings({ config, master, servers }: Surroundings): Finding[] {
  const isOne = ({ target }: CheckedServer, { params }: MhaServer) =>
    target.ip === params.get('ip') && String(target.port) === params.get('port');
  const below = (server: MhaServer) => servers.some((one) => one !== master && !one.mayBeMaster && isOne(one, server));
  const may = config.servers.filter((server) => mayBeMaster(server) && !below(server));
  const replicas = may.filter((server) => !(master && isOne(master, server)));
  if (replicas.length > (master ? 0 : 1)) return [];
  const text =
    'no server but the master can become master: no_master is set on all others, or they replicate from a replica';
  const alone = config.servers.length === 1;
  const advice = alone ? 'add its replicas' : 'remove no_master from one that can be the master';
  return [error('no_candidate', config.file, alone ? 'lists a single server: there is no candidate' : text, advice)];
}

/** If every server uses GTIDs, MHA needs neither ssh nor its programs on the hosts (MasterMonitor.pm). */
export async function usesGtids({ config, servers }: Pick<Surroundings, 'config' | 'servers'>): Promise<boolean> {
  if (servers.length < config.servers.length) return false;
  if (config.servers.some(({ params }) => params.get('use_gtid_auto_pos') === '0')) return false;
  const modes = await Promise.all(servers.map(({ session }) => session.rows("SHOW GLOBAL VARIABLES LIKE 'gtid_mode'")));
  return modes.every(([row]) => row?.Value === 'ON');
}
