import { ConfigError } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import type { Target } from '../../base/server.ts';
import { SECRET_PARAMS } from './mhaParams.ts';

/** One `[serverN]` or `[binlogN]`, as MHA itself would use it. */
export interface MhaServer {
  readonly id: string;
  /** Every parameter that has a value: given, inherited or by default; in MHA's order. */
  readonly params: ReadonlyMap<string, string>;
}

/** MHA's configuration: the servers in MHA's order, at least one, no two with the same address and port. */
export interface MhaConfig {
  readonly file: string;
  readonly servers: readonly MhaServer[];
  readonly binlogServers: readonly MhaServer[];
  /** What MHA adds to every ssh command: the `ssh_options` that it read last; may be empty. */
  readonly sshOptions: string;
}

/** Where a server listens, and the account that MHA logs in with. @throws ConfigError for a port outside 1 to 65535 */
export function targetOf(server: MhaServer): Target {
  const host = server.params.get('hostname');
  if (host === undefined) throw new ConfigError(`[${server.id}] of MHA's configuration has no hostname. Add one.`);
  const port = server.params.get('port') ?? '';
  if (!/^[0-9]+$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
    throw new ConfigError(`[${server.id}] of MHA's configuration, port: "${port}" is no port. Write 1 to 65535.`);
  }
  return {
    host,
    ip: server.params.get('ip') || host,
    port: Number(port),
    user: server.params.get('user') ?? '',
    password: new Secret(server.params.get('password') ?? ''),
  };
}

/** False if MHA never makes it the master (`no_master`, as ServerManager.pm compares it). */
export function mayBeMaster(server: MhaServer | undefined): boolean {
  return !(Number(server?.params.get('no_master')) >= 1);
}

/** True if it may replicate from a replica (multi_tier_slave): MHA then leaves it there. */
export function isMultiTier(server: MhaServer | undefined): boolean {
  return !['0', ''].includes(server?.params.get('multi_tier_slave') ?? '');
}

/** The configuration as plain data for JSON; passwords that are not empty are `***` by default. */
export function printable(config: MhaConfig, { showPasswords }: { showPasswords: boolean }): object {
  const shown = ([name, value]: [string, string]): [string, string] =>
    SECRET_PARAMS.has(name) && value !== '' && !showPasswords ? [name, '***'] : [name, value];
  const plain = (server: MhaServer) => ({ id: server.id, ...Object.fromEntries([...server.params].map(shown)) });
  return { servers: config.servers.map(plain), binlog_servers: config.binlogServers.map(plain) };
}
