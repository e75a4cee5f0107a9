import { isRegularFile } from '../../adapters/files/files.ts';
import { MIB, trustedBytes } from '../../adapters/files/trusted.ts';
import { ConfigError, withoutFile } from '../../base/errors.ts';
import { decodeBytes, isTrue } from './bytes.ts';
import { parseConfigTiny, type TinyFile } from './configTiny.ts';
import { runInitScript } from './initScript.ts';
import { type Level, type Params, placeOf, resolveLevel } from './mhaLevel.ts';
import type { MhaConfig, MhaServer } from './mhaServer.ts';

export { type MhaConfig, type MhaServer, printable, targetOf } from './mhaServer.ts';

export const GLOBAL_FILE = '/etc/masterha_default.cnf';

/**
 * MHA's configuration as MHA 0.58 itself reads it (MHA/Config.pm, `read_config`): the `[server default]` of the global
 * file (ignored if it is no regular file) and of the application file, what `init_conf_load_script` prints, then
 * each `[serverN]` and `[binlogN]`, in MHA's order. Host names are resolved.
 * @throws ConfigError for everything that MHA refuses
 */
export async function readMhaConfig(file: string, options: { globalFile?: string } = {}): Promise<MhaConfig> {
  const sections = readSections(file);
  const blocks = [...sections.keys()].filter((name) => name !== DEFAULT).sort();
  checkNames(file, sections, blocks);
  const levels = await readDefaults(file, sections, options.globalFile ?? GLOBAL_FILE);
  const defaults = levels.at(-1) ?? new Map();
  const all: Block[] = [];
  for (const name of blocks) {
    const level = levelOf(file, sections, name);
    all.push({ name, level, params: await resolveLevel(level, defaults) });
  }
  const servers = inOrder(all.filter((block) => SERVER.test(block.name)));
  checkServers(file, servers);
  const binlogServers = all.filter((block) => !SERVER.test(block.name));
  return Object.freeze({
    file,
    servers: servers.map(decoded),
    binlogServers: binlogServers.map(decoded),
    sshOptions: lastSshOptions([...levels, ...all.map(({ params }) => params)]),
  });
}

/** One variable for all servers, which every level that has any overwrites (Config.pm, `parse_server`). */
function lastSshOptions(levels: readonly Params[]): string {
  return decodeBytes(levels.map((params) => params.get('ssh_options')).findLast(isTrue) ?? '');
}

/** The names of sections that are servers. */
export const SERVER = /^server[^\t-\r ]/;
const BINLOG_SERVER = /^binlog[^\t-\r ]/;
const DEFAULT = 'server default';

/** A server, still as byte strings. */
interface Block {
  readonly name: string;
  readonly level: Level;
  readonly params: Params;
}

/**
 * The sections of one of MHA's files, which names scripts to run and accounts to log in with.
 * @throws ConfigError if it cannot be read, or somebody else may have written it
 */
export function readSections(file: string): TinyFile {
  let bytes: Buffer;
  try {
    bytes = trustedBytes(file, MIB);
  } catch (error) {
    const text = `cannot be read as MHA's configuration: ${withoutFile(error)}.`;
    throw new ConfigError({ file: file || '(no file name)', text });
  }
  return parseConfigTiny(bytes.toString('latin1'), file);
}

async function readGlobal(file: string): Promise<Params> {
  if (!(await isRegularFile(file))) return new Map();
  return resolveLevel(levelOf(file, readSections(file), DEFAULT), new Map());
}

/** The levels that every server inherits from; each includes those before it. */
async function readDefaults(file: string, sections: TinyFile, globalFile: string): Promise<Params[]> {
  const own = levelOf(file, sections, DEFAULT);
  const global = await readGlobal(globalFile);
  const defaults = await resolveLevel(own, global);
  const script = defaults.get('init_conf_load_script');
  if (script === undefined) return [global, defaults];
  const origin = own.given.has('init_conf_load_script') ? file : globalFile;
  return [global, defaults, await resolveLevel(await runInitScript(origin, script), defaults)];
}

function levelOf(file: string, sections: TinyFile, name: string): Level {
  return { file, part: `[${decodeBytes(name)}]`, given: sections.get(name)?.properties ?? new Map() };
}

function checkNames(file: string, sections: TinyFile, blocks: readonly string[]): void {
  const bad = blocks.find((name) => !SERVER.test(name) && !BINLOG_SERVER.test(name));
  if (bad === undefined) return;
  const line = sections.get(bad)?.line;
  if (bad === '_') {
    const text = 'a parameter before any section';
    throw new ConfigError({ file, line, text, advice: 'Put it under [server default].' });
  }
  const advice = 'MHA takes [server default], [serverN] and [binlogN], N being anything without white space in front.';
  throw new ConfigError({ file, line, text: `[${decodeBytes(bad)}] is no section MHA takes`, advice });
}

/** By number if every section's name has one, else by name. */
function inOrder(servers: readonly Block[]): readonly Block[] {
  const numbers = new Map(servers.map((server) => [server, Number(/^server[^0-9]*([0-9]+)/.exec(server.name)?.[1])]));
  if ([...numbers.values()].some(Number.isNaN)) return servers;
  return [...servers].sort((a, b) => (numbers.get(a) ?? 0) - (numbers.get(b) ?? 0));
}

function checkServers(file: string, servers: readonly Block[]): void {
  const wrong = (text: string, advice: string, part = {}) => new ConfigError({ file, ...part, text, advice });
  if (servers.length === 0) throw wrong('no server', 'Add a section [server1] with a hostname.');
  const nameless = servers.find((server) => !isTrue(server.params.get('hostname')));
  if (nameless) throw wrong('no hostname', 'Add "hostname = …".', placeOf(nameless.level));
  const seen = new Map<string, Block>();
  for (const server of servers) {
    const where = `${server.params.get('ip')} port ${server.params.get('port')}`;
    const other = seen.get(where);
    if (other) {
      const pair = `${other.level.part} and ${server.level.part}`;
      throw wrong(`${pair} are both ${where}`, 'Correct the hostname or port of one, or remove it.');
    }
    seen.set(where, server);
  }
}

function decoded({ name, params }: Block): MhaServer {
  const values = new Map([...params].map(([param, value]) => [param, decodeBytes(value)]));
  return Object.freeze({ id: decodeBytes(name), params: values });
}
