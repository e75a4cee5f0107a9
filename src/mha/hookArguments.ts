import { Secret } from '../base/secret.ts';
import { decodeMhaEscapes } from './escape.ts';
import { type OptionNames, type ParsedOptions, parseOptions } from './options.ts';

/** A server as MHA's arguments describe it. `ip` is the host if MHA gives none. */
export interface ServerArgument {
  readonly host: string;
  readonly ip: string;
  readonly port: number;
  readonly user?: string;
  readonly password?: Secret;
}

export interface HookArguments {
  readonly command: string;
  readonly conf?: string;
  readonly globalConf?: string;
  readonly logLevel?: string;
  readonly origMaster?: ServerArgument;
  readonly newMaster?: ServerArgument;
  readonly origBecomesReplica: boolean;
  readonly help: boolean;
  readonly version: boolean;
  /** Unknown options: a warning, never an error, since later versions of MHA may add some. */
  readonly unknown: readonly string[];
  /** What is wrong; for `start` no reason to leave the new master closed. */
  readonly problems: readonly string[];
}

/** The servers that each command needs. */
export type Needs = Readonly<Record<string, readonly ('orig_master' | 'new_master')[]>>;

/** Reads MHA's arguments (MasterRotate.pm, MasterFailover.pm, MasterMonitor.pm). Never throws. */
export function parseHookArguments(argv: readonly string[], needs: Needs): HookArguments {
  const options = parseOptions(argv, NAMES);
  const problems = [...options.problems];
  const command = options.values.get('command') ?? '';
  const wanted = Object.keys(needs).join(', ');
  if (command === '') problems.push(`--command is missing: one of ${wanted}`);
  else if (!Object.hasOwn(needs, command)) problems.push(`--command=${command} is unknown: one of ${wanted}`);
  if (options.words.length > 0) problems.push(`unexpected argument: ${options.words.join(' ')}`);
  const conf = options.values.get('conf');
  const globalConf = options.values.get('global_conf');
  const logLevel = options.values.get('log_level');
  const origMaster = serverOf('orig_master', options, problems);
  const newMaster = serverOf('new_master', options, problems);
  for (const role of Object.hasOwn(needs, command) ? (needs[command] ?? []) : []) {
    if (!(role === 'orig_master' ? origMaster : newMaster)) problems.push(`--${role}_host is missing`);
  }
  return {
    command,
    ...(conf === undefined ? {} : { conf }),
    ...(globalConf === undefined ? {} : { globalConf }),
    ...(logLevel === undefined ? {} : { logLevel }),
    ...(origMaster ? { origMaster } : {}),
    ...(newMaster ? { newMaster } : {}),
    origBecomesReplica: options.flags.has('orig_master_is_new_slave'),
    help: options.flags.has('help'),
    version: options.flags.has('version'),
    unknown: options.unknown,
    problems,
  };
}

const SERVER_OPTIONS = ['host', 'ip', 'port', 'user', 'password', 'ssh_user', 'ssh_host', 'ssh_ip', 'ssh_port'];

const NAMES: OptionNames = {
  values: [
    ...['command', 'conf', 'global_conf', 'log_level', 'ssh_user', 'ssh_options'],
    ...['orig_master', 'new_master'].flatMap((role) => SERVER_OPTIONS.map((option) => `${role}_${option}`)),
  ],
  flags: ['help', 'version', 'orig_master_is_new_slave'],
  mayBeEmpty: ['orig_master_password', 'new_master_password', 'ssh_options'],
};

function serverOf(role: string, options: ParsedOptions, problems: string[]): ServerArgument | undefined {
  const value = (name: string) => options.values.get(`${role}_${name}`);
  const host = value('host') ?? value('ip');
  const port = value('port') ?? '3306';
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
    problems.push(`--${role}_port=${port} is not a port (1 to 65535)`);
    return undefined;
  }
  if (host === undefined) return undefined;
  const user = value('user');
  const password = value('password');
  return {
    host,
    ip: value('ip') ?? host,
    port: Number(port),
    ...(user === undefined ? {} : { user: decodeMhaEscapes(user) }),
    ...(password === undefined ? {} : { password: new Secret(decodeMhaEscapes(password)) }),
  };
}
