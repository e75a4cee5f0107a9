import { isIP } from 'node:net';
import { isReadable } from '../../adapters/files/files.ts';
import { loginName, ownOptionFile, readOptionFile } from '../../adapters/files/optionFile.ts';
import type { Tls } from '../../adapters/mysql/options.ts';
import { askPassword, canAsk } from '../../adapters/terminal/prompt.ts';
import { ConfigError, messageOf, UsageError } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import type { Target } from '../../base/server.ts';
import { findServer, readCluster } from '../../cluster/cluster.ts';
import { reachOf } from '../../cluster/reach.ts';
import { type Reach, Sessions } from '../../cluster/sessions.ts';
import { parseHosts } from '../../config/client/hostList.ts';
import { type ClientOptions, parseClientOptions } from '../../config/client/myCnf.ts';
import type { ParsedOptions } from '../../mha/options.ts';
import { type ToolCall, whereIn } from '../cli/tool.ts';

export interface Looked {
  readonly targets: readonly Target[];
  readonly sessions: Sessions;
  /** For all the answers of one server, connecting included. */
  readonly answerMs: number;
  /** The servers are those of MHA's file. */
  readonly oneCluster: boolean;
}

const CONNECT_S = 3;
const STATEMENT_MS = 5000;
/** For all statements of one server, once it is connected. */
const ANSWER_MS = 2000;

/** From MHA's file with --conf, else from the command line and the client's option file. */
export async function lookedAt(call: ToolCall, warn: (text: string) => void): Promise<Looked> {
  const { options, invocation } = call;
  const { words, values } = options;
  if (words.length === 0 && !values.has('conf') && !invocation.env.MHA_HELPER_CONF) {
    throw new UsageError('name the servers: PORT HOST..., HOST[:PORT]..., or --conf=FILE for all that MHA lists');
  }
  const connectMs = secondsOf(options, 'connect_timeout');
  if (values.has('conf') || words.length === 0) return fromMha(call, connectMs);
  const servers = parseHosts(words);
  const { user, password } = await credentials(options, warn);
  const tls = await tlsOf(options);
  const limits = { connectMs: connectMs ?? CONNECT_S * 1000, statementMs: STATEMENT_MS };
  const reach: Reach = { limits, ...(tls ? { tls } : {}) };
  // The connection resolves a name: it may have several addresses, and the certificate names it.
  const targets = servers.map(({ host, port }) => ({ host, ip: isIP(host) ? host : '', port, user, password }));
  return { targets, sessions: new Sessions(() => reach), answerMs: limits.connectMs + ANSWER_MS, oneCluster: false };
}

async function fromMha({ options, invocation }: ToolCall, connectMs: number | undefined): Promise<Looked> {
  const own = ['user', 'password', 'defaults_file', 'ssl', 'ssl_ca'].filter((name) => options.values.has(name));
  if (own.length > 0) {
    throw new UsageError(
      `--${own.join(', --')}: with MHA's file the account and TLS come from it and its settings file`,
    );
  }
  const cluster = await readCluster({ ...whereIn(options), env: invocation.env });
  const named = options.words.length === 0 ? [] : parseHosts(options.words);
  const chosen = named.map((one) => findServer(cluster, one.host, one.portGiven ? one.port : undefined));
  const targets = named.length === 0 ? cluster.servers : chosen;
  const reach = (target: Target): Reach => {
    const found = reachOf(cluster.settingsOf(target));
    return { ...found, limits: { ...found.limits, ...(connectMs === undefined ? {} : { connectMs }) } };
  };
  const slowest = Math.max(...targets.map((target) => reach(target).limits.connectMs));
  return { targets, sessions: new Sessions(reach), answerMs: slowest + ANSWER_MS, oneCluster: true };
}

async function credentials(
  options: ParsedOptions,
  warn: (text: string) => void,
): Promise<{ user: string; password: Secret }> {
  const file = await optionFile(options.values.get('defaults_file'), warn);
  const user = options.values.get('user') ?? file.user ?? loginName();
  const given = options.values.get('password');
  if (given)
    warn('--password: everybody on this machine can see it in the process list; use ~/.my.cnf, or enter it when asked');
  const password = given ?? file.password;
  if (password !== undefined) return { user, password: new Secret(password) };
  if (canAsk()) return { user, password: await askPassword(`Password of ${user}: `) };
  throw new UsageError(
    `no password for ${user}, and no terminal to ask on: write user and password under [client] in ${ownOptionFile()} ` +
      '(chmod 600), or name such a file with --defaults_file=FILE, or use --conf=FILE of MHA',
  );
}

async function optionFile(named: string | undefined, warn: (text: string) => void): Promise<ClientOptions> {
  const file = named ?? ownOptionFile();
  try {
    const text = await readOptionFile(file);
    if (text === undefined && named !== undefined) throw new Error('there is no such file');
    const found = parseClientOptions(text ?? '');
    for (const note of found.notes) warn(`${file}, ${note}`);
    return found;
  } catch (error) {
    if (named !== undefined) throw new ConfigError(`${file}: cannot be read as an option file: ${messageOf(error)}.`);
    warn(`${file} is ignored: ${messageOf(error)}`);
    return { notes: [] };
  }
}

async function tlsOf({ values }: ParsedOptions): Promise<Tls | undefined> {
  const mode = values.get('ssl') ?? 'no';
  const ca = values.get('ssl_ca');
  if (mode !== 'no' && mode !== 'yes' && mode !== 'verify') throw new UsageError(`--ssl=${mode}: no, yes or verify`);
  if (ca !== undefined && mode === 'no') throw new UsageError('--ssl_ca needs --ssl=yes or --ssl=verify');
  if (ca !== undefined && !(await isReadable(ca))) throw new ConfigError(`--ssl_ca=${ca} cannot be read.`);
  return mode === 'no' ? undefined : { mode, ...(ca ? { ca } : {}) };
}

/** In milliseconds; undefined if the option is missing. @throws UsageError */
export function secondsOf({ values }: ParsedOptions, name: string): number | undefined {
  const text = values.get(name);
  if (text === undefined) return undefined;
  const seconds = /^(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : 0;
  if (seconds < 0.1 || seconds > 86_400) throw new UsageError(`--${name}=${text}: a number of seconds, 0.1 to 86400`);
  return seconds * 1000;
}
