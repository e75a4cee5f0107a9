import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Account, accounts } from './accounts.ts';
import { makeDataDir } from './dataDir.ts';
import { makeFolder, removeFolder } from './folder.ts';
import { type Network, type PortNetwork, takeNetwork, takePorts } from './hosts/addresses.ts';
import { endGuards } from './hosts/guards.ts';
import { type NamespaceNetwork, takeNamespaces } from './hosts/namespaces.ts';
import { makeSshKey, type SshKey, startSshd } from './hosts/sshd.ts';
import { isMysql, makeClientFolder, SQL } from './kind.ts';
import { MHA_ENV } from './mha.ts';
import { type MhaParameters, writeMhaFile } from './mhaFile.ts';
import { cleanse, detach, type Pristine, prepare } from './pristine.ts';
import type { Daemon } from './processes.ts';
import { type ServerState, statesOf, waitReplicasLevel, wire } from './replication.ts';
import { type LabServer, makeServer } from './server.ts';
import { until } from './wait.ts';

export interface LabOptions {
  /** How many servers; default 3. The first is the master. */
  servers?: number;
  /** Their MySQL ports in turn, the last one for the rest; default 3306. */
  ports?: readonly number[];
  /** All servers on one address; they then need different ports. */
  sameAddress?: boolean;
  /** All servers on `::1`, with different ports. Only with `ssh: false`. */
  ipv6?: boolean;
  /** Each server on a host of its own, a network namespace, so that hosts can be cut off from each other. Needs root. */
  namespaces?: boolean;
  /** Replicas go by file and position, and no server has GTIDs; MariaDB always has them. */
  positions?: boolean;
  /** Options of mariadbd, as on its command line: for all servers, and for single ones in turn. */
  mysqld?: readonly string[];
  mysqldEach?: readonly (readonly string[])[];
  /** False for tests that need no MHA: no sshd, and MHA's file has no ssh key. */
  ssh?: boolean;
  mha?: Account;
  repl?: Account;
  /** For `[server default]` of MHA's file, and for its `[serverN]` in turn (`candidate_master`, …). */
  mhaDefaults?: MhaParameters;
  mhaEach?: readonly MhaParameters[];
}

/** A running master with its replicas, an sshd on each of their addresses, and MHA's file that describes them. */
export interface Lab {
  readonly servers: readonly LabServer[];
  /** By position, counted from 0. Throws where there is none. */
  server(index: number): LabServer;
  readonly mha: Account;
  readonly repl: Account;
  /** MHA's application file. {@link configure} writes it anew. */
  readonly confFile: string;
  configure(defaults: MhaParameters, each?: readonly MhaParameters[]): void;
  /** MHA's manager_workdir: its state files, the helper's journal. */
  readonly workDir: string;
  readonly managerLog: string;
  readManagerLog(): string;
  /** The lab's folder, gone after {@link stop}. Tests may put files of their own in it. */
  readonly folder: string;
  /** Resolves once every running replica has executed all its master has written. */
  waitReplicasLevel(limitMs?: number): Promise<void>;
  /**
   * From now on packets between exactly these two vanish silently, both ways: connections hang. Servers by
   * position; the manager is where tests and our commands run. For a lab with `namespaces`.
   */
  cut(a: Host, b: Host): Promise<void>;
  /** Ends a cut; without hosts, every one. */
  heal(a?: Host, b?: Host): Promise<void>;
  /** Who runs, who can be written to, who replicates from whom. */
  dump(): Promise<ServerState[]>;
  /** Makes that server the master again and keeps the data, which has to be the same on all servers. */
  rewire(master?: number): Promise<void>;
  /**
   * Back to how the lab started, whatever happened: down servers up, no data, the lab's accounts only, global variables
   * as they were, MHA's folders and log empty, that server the master. `fresh` replaces the data directories as well.
   */
  reset(master?: number, options?: { fresh?: boolean }): Promise<void>;
  /** Ends every process of the lab and removes its folder. Throws where one of them will not go. */
  stop(): Promise<void>;
}

/** The host of a server, by its position from 0, or the one where this process runs. */
export type Host = 'manager' | number;

/** Starts a lab and verifies that it replicates. Whatever fails, nothing of it stays behind. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const count = options.servers ?? 3;
  const folder = makeFolder();
  const daemons: Daemon[] = [];
  const servers: LabServer[] = [];
  let network: Network | PortNetwork | NamespaceNetwork | undefined;
  const stop = async () => {
    for (const server of servers) endGuards(server);
    await Promise.all([...servers.map((server) => server.kill9()), ...daemons.map((daemon) => daemon.end())]);
    await until(
      `the end of processes using ${folder}`,
      5_000,
      () => usersOf(folder).length === 0,
      () => usersOf(folder).join('\n'),
    );
    removeFolder(folder);
    await network?.release();
  };
  try {
    network = await take(options, count);
    const own = 'ports' in network ? network.ports : (options.ports ?? [3306]);
    const ports = Array.from({ length: count }, (_, index) => at(own, index));
    servers.push(...makeServers(options, ports, network, folder));
    const ssh = await startAll(servers, daemons, folder, options.ssh ?? true, network);
    return await makeLab(options, servers, folder, ssh, { stop, ...cuts(network) });
  } catch (error) {
    await stop();
    throw error;
  }
}

async function take(options: LabOptions, count: number): Promise<Network | PortNetwork | NamespaceNetwork> {
  if (options.namespaces) return takeNamespaces(count);
  if (options.ipv6) return takePorts(count);
  const ports = new Set([...(options.ports ?? [3306]).slice(0, count), SSH_PORT]);
  return takeNetwork([...ports], options.sameAddress ? 1 : count);
}

const SSH_PORT = 3322;
const NO_SSH: SshKey = { file: '', options: '', user: 'nobody' };

function makeServers(options: LabOptions, ports: number[], network: Network, folder: string): LabServer[] {
  return ports.map((port, index) => {
    const number = index + 1;
    const own = join(folder, String(number));
    mkdirSync(own);
    const mysqld = [...modeOf(options), ...(options.mysqld ?? []), ...(options.mysqldEach?.[index] ?? [])];
    const host = network.address(options.sameAddress ? 1 : number);
    const within = hostOf(network, number);
    return makeServer({ id: `server${number}`, number, host, port, sshPort: SSH_PORT, folder: own, mysqld, within });
  });
}

function modeOf({ positions }: LabOptions): string[] {
  return positions && isMysql ? ['--gtid-mode=OFF', '--enforce-gtid-consistency=OFF'] : [];
}

function hostOf(network: Network | NamespaceNetwork, number: number): string[] | undefined {
  return 'within' in network ? network.within(number) : undefined;
}

function cuts(network: Network | NamespaceNetwork): Pick<Lab, 'cut' | 'heal'> {
  const refuse = async () => {
    throw new Error('only a lab with `namespaces` can be cut');
  };
  if (!('cut' in network)) return { cut: refuse, heal: refuse };
  const end = (host: Host) => (host === 'manager' ? host : host + 1);
  return {
    cut: (a, b) => network.cut(end(a), end(b)),
    heal: (a, b) => (a === undefined || b === undefined ? network.heal() : network.heal(end(a), end(b))),
  };
}

/** Starts the servers and the sshds side by side. */
async function startAll(
  servers: LabServer[],
  daemons: Daemon[],
  folder: string,
  withSsh: boolean,
  network: Network | NamespaceNetwork,
): Promise<SshKey> {
  const startServers = servers.map(async (server) => {
    await makeDataDir(server.dataDir);
    await server.start();
  });
  const startSsh = async () => {
    if (!withSsh) return NO_SSH;
    const key = await makeSshKey(folder);
    const hosts = [...new Set(servers.map((server) => server.host))];
    const start = (host: string, index: number) =>
      startSshd(folder, host, SSH_PORT, MHA_ENV, hostOf(network, index + 1));
    await settled(hosts.map(async (host, index) => daemons.push(await start(host, index))));
    return key;
  };
  const ssh = startSsh();
  await settled([...startServers, ssh]);
  return ssh;
}

async function makeLab(
  options: LabOptions,
  servers: LabServer[],
  folder: string,
  ssh: SshKey,
  own: Pick<Lab, 'stop' | 'cut' | 'heal'>,
): Promise<Lab> {
  const mha = options.mha ?? accounts.mha;
  const repl = options.repl ?? accounts.repl;
  const workDir = join(folder, 'manager');
  const remoteWorkDir = join(folder, 'remote');
  const managerLog = join(folder, 'manager.log');
  for (const made of [workDir, remoteWorkDir]) mkdirSync(made);
  const clientDir = makeClientFolder(join(folder, 'client'));
  const pristine = new Map<LabServer, Pristine>();
  const prepareAll = () =>
    settled(servers.map(async (server) => pristine.set(server, await prepare(server, mha, repl))));
  const lab: Lab = {
    servers,
    server: (index) => at(servers, index, true),
    mha,
    repl,
    folder,
    workDir,
    managerLog,
    confFile: join(folder, 'app1.cnf'),
    configure: (defaults, each) =>
      writeMhaFile(lab.confFile, {
        ...{ servers, mha, repl, ssh, workDir, remoteWorkDir, managerLog },
        defaults: { client_bindir: clientDir, ...options.mhaDefaults, ...defaults },
        perServer: each ?? options.mhaEach ?? [],
      }),
    readManagerLog: () => readFileSync(managerLog, 'utf8'),
    waitReplicasLevel: (limitMs) => waitReplicasLevel(servers, limitMs),
    dump: () => statesOf(servers),
    rewire: async (master = 0) => {
      await settled(servers.map((server) => server.start()));
      await settled(servers.map(detach));
      await settled(servers.map((server) => server.admin(SQL.resetBinlog)));
      await wire(servers, lab.server(master), repl);
    },
    reset: async (master = 0, { fresh = false } = {}) => {
      if (options.namespaces) await own.heal();
      emptyFolders([workDir, remoteWorkDir], managerLog);
      if (fresh) {
        await settled(servers.map((server) => server.recreate()));
        await prepareAll();
      } else {
        await settled(servers.map((server) => server.start()));
        await settled(servers.map(detach));
        await settled(servers.map((server) => cleanse(server, pristine.get(server) as Pristine)));
      }
      await wire(servers, lab.server(master), repl);
    },
    ...own,
  };
  emptyFolders([], managerLog);
  lab.configure({});
  await prepareAll();
  await wire(servers, lab.server(0), repl);
  return lab;
}

function emptyFolders(folders: readonly string[], log: string): void {
  for (const folder of folders) for (const name of readdirSync(folder)) removeFolder(join(folder, name));
  writeFileSync(log, '');
}

/** Processes of this machine with the folder in their command line, as `pid command`. */
function usersOf(folder: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  return pids.flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return command.includes(folder) ? [`${pid} ${command}`] : [];
    } catch {
      return [];
    }
  });
}

/** Waits for all, also where one fails early: nothing goes on starting behind the back of a clean-up. */
async function settled(work: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** The list's value at that position; past its end the last one, unless `strict`. */
function at<T>(list: readonly T[], index: number, strict = false): T {
  const value = list[strict ? index : Math.min(index, list.length - 1)];
  if (value === undefined) throw new Error(`there is no number ${index} in a list of ${list.length}`);
  return value;
}
