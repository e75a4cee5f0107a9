import { runProgram } from '../../../adapters/programs/child.ts';
import { nameOf } from '../../../base/server.ts';
import type { MhaServer } from '../../../config/mha/mhaServer.ts';
import { type ClockReading, clockReading } from '../clocks.ts';
import type { CheckedServer } from '../context.ts';
import {
  type ClientQuestion,
  checkOptions,
  type HostLogin,
  type HostQuestions,
  hostScript,
  loginArguments,
  MARK,
} from './hostScript.ts';
import type { Surroundings } from './inputs.ts';

/** What a host answered. */
export interface HostLook {
  readonly login: HostLogin;
  readonly asked: HostQuestions;
  /** Why MHA cannot log in; undefined if it can. */
  readonly refused?: string;
  /** The lines of its answer, without {@link MARK}. */
  readonly answers: readonly string[];
  /** The answer is incomplete. */
  readonly cutOff: boolean;
  readonly clock?: ClockReading;
}

type HostsGiven = Pick<Surroundings, 'config' | 'servers' | 'clock' | 'env' | 'signal'>;

/** Logs in to every host as MHA does, all at once. */
export function lookAtHosts(given: HostsGiven): Promise<HostLook[]> {
  const asks = hostsOf(given.config.servers).map((servers, index) => {
    const asked = questionsFor(given, servers, index);
    const limitMs = Math.min(60_000, 15_000 + 1000 * (asked.connectSeconds + 1) * (asked.peers.length + 1));
    return lookAtHost(given, loginOf(servers[0] as MhaServer), asked, limitMs);
  });
  return Promise.all(asks);
}

/** Asks the hosts of the servers that answered for nothing but MHA's programs, within `limitMs`. */
export function lookAtPrograms(given: HostsGiven, limitMs: number): Promise<HostLook[]> {
  const asks = hostsOf(given.config.servers).flatMap((servers, index) => {
    const asked = { ...questionsFor(given, servers, index), peers: [], workDirs: [] };
    return asked.versions.length === 0 ? [] : [lookAtHost(given, loginOf(servers[0] as MhaServer), asked, limitMs)];
  });
  return Promise.all(asks);
}

/** The servers of each host. */
function hostsOf(servers: readonly MhaServer[]): MhaServer[][] {
  const byLogin = new Map<string, MhaServer[]>();
  for (const server of servers) {
    const key = loginName(loginOf(server));
    byLogin.set(key, [...(byLogin.get(key) ?? []), server]);
  }
  return [...byLogin.values()];
}

export function loginName({ user, ip, port }: HostLogin): string {
  return `${user}@${ip}:${port}`;
}

function loginOf({ params }: MhaServer): HostLogin {
  const host = params.get('ssh_host') ?? params.get('hostname') ?? '';
  return {
    user: params.get('ssh_user') ?? '',
    host,
    ip: params.get('ssh_ip') || host,
    port: params.get('ssh_port') ?? '22',
  };
}

async function lookAtHost(
  { clock, env, signal }: HostsGiven,
  login: HostLogin,
  asked: HostQuestions,
  limitMs: number,
): Promise<HostLook> {
  const from = clock.now().getTime();
  const result = await runProgram(...sshCommand(login, asked), { env, signal, input: hostScript(asked), limitMs });
  const lines = result.stdout.split('\n').filter((line) => line.startsWith(MARK));
  const answers = lines.map((line) => line.slice(MARK.length));
  const base = { login, asked, answers, cutOff: !answers.includes('end') };
  if (answers.length === 0) {
    const why = result.stderr.trim().split('\n').at(-1)?.trim();
    return { ...base, refused: why || `no answer, exit code ${result.code} of ssh` };
  }
  const shown = Number(/^clock (\d+(?:\.\d+)?)/.exec(answers[0] ?? '')?.[1]) * 1000;
  if (Number.isNaN(shown)) return base;
  const where = `${login.host}:${login.port}`;
  return { ...base, clock: clockReading(login.ip, where, shown, from, result.firstOutputAt ?? from) };
}

/** `ssh_options` are shell words, as they are to MHA; every other value is passed as an argument. */
function sshCommand(login: HostLogin, { connectSeconds, sshOptions }: HostQuestions): [string, string[]] {
  const line = `exec ssh ${checkOptions(connectSeconds)} ${sshOptions} "$@"`;
  return ['/bin/sh', ['-c', line, 'ssh', ...loginArguments(login), 'sh -s']];
}

function questionsFor(given: HostsGiven, servers: readonly MhaServer[], index: number): HostQuestions {
  const { config } = given;
  const param = (name: string) => [...new Set(servers.map((s) => s.params.get(name) ?? ''))].filter((v) => v !== '');
  const answered = servers.flatMap(({ params }) => {
    const isIt = ({ target }: CheckedServer) =>
      target.ip === params.get('ip') && `${target.port}` === params.get('port');
    const one = given.servers.find(isIt);
    return one ? [{ ...one, params }] : [];
  });
  return {
    workDirs: param('remote_workdir'),
    versions: [...new Set(answered.map(({ identity }) => identity.version))],
    peers: peersOf(config.servers, servers, index),
    clients: answered.map(clientQuestion),
    connectSeconds: Number(param('ssh_connection_timeout')[0] ?? 5),
    sshOptions: config.sshOptions,
  };
}

function clientQuestion({ target, identity, params }: CheckedServer & Pick<MhaServer, 'params'>): ClientQuestion {
  const [bindir = '', libdir = ''] = [params.get('client_bindir'), params.get('client_libdir')];
  return { server: nameOf(target), version: identity.version, bindir, libdir };
}

/** The other servers' hosts, in a different order for each host, so that they do not all call the same one at once. */
function peersOf(all: readonly MhaServer[], own: readonly MhaServer[], index: number): HostLogin[] {
  const checked = (server: MhaServer) => server.params.get('skip_init_ssh_check') !== '1';
  if (!own.some(checked)) return [];
  const others = all.filter((server) => checked(server) && (own.length > 1 || !own.includes(server)));
  const logins = new Map(others.map((server) => [loginName(loginOf(server)), loginOf(server)]));
  const list = [...logins.values()];
  return list.map((_, at) => list[(at + index) % list.length]).filter((login) => login !== undefined);
}
