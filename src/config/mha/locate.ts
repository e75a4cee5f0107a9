import { join } from 'node:path';
import { namesIn, realPath } from '../../adapters/files/files.ts';
import { ConfigError, messageOf } from '../../base/errors.ts';
import { addressOf } from './addressOf.ts';
import { type MhaConfig, readMhaConfig, readSections, SERVER } from './mhaConfig.ts';

/** The original master, as MHA or an operator names it. Without a port, any port of the host matches. */
export interface Master {
  readonly host: string;
  readonly ip?: string | undefined;
  readonly port?: number | undefined;
}

export interface Search {
  /** `--conf`: this file and no other. */
  readonly conf?: string | undefined;
  /** `$MHA_HELPER_CONF`: used if there is no `--conf`, unless it is empty. */
  readonly envConf?: string | undefined;
  /** The file must list it. If missing, the file must be the only configuration. */
  readonly master?: Master | undefined;
  /** The `conf/` of this package, searched before the other folders. */
  readonly packageConf?: string | undefined;
  /** By default {@link SEARCHED}. */
  readonly folders?: readonly string[] | undefined;
  readonly globalFile?: string | undefined;
}

export const SEARCHED = ['/usr/local/mha-helper/conf', '/etc/mha-helper', '/etc/mha', '/etc/masterha'] as const;

/**
 * Finds and reads MHA's configuration, since MHA does not pass its file to its scripts. It is `conf`, else `envConf`,
 * else the one `*.cnf` or `*.conf` in the folders that lists the master. Files without a `[serverN]`, such as settings
 * files, are ignored; a file and a link to it count once.
 * @throws ConfigError if the named file does not list the master, or none or several files do; it names every folder
 * and file that was searched, and why each did not match.
 */
export async function locateConfig(search: Search): Promise<MhaConfig> {
  const named = search.conf ?? (search.envConf || undefined);
  const options = search.globalFile === undefined ? {} : { globalFile: search.globalFile };
  const master = await withAddress(search.master);
  if (named !== undefined) return readNamed(named, search.conf === undefined, master, options);
  const folders = [...(search.packageConf === undefined ? [] : [search.packageConf]), ...(search.folders ?? SEARCHED)];
  const { files, notes } = await candidates(folders);
  const looked = await Promise.all(files.map((file) => look(file, master, options)));
  const fitting = looked.flatMap(({ config }) => config ?? []);
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  throw notOne(master, fitting, [...notes, ...looked.flatMap(({ why }) => why ?? [])]);
}

/** A configuration that matches, or why it does not. */
interface Look {
  readonly config?: MhaConfig;
  readonly why?: string;
}

async function readNamed(file: string, fromEnv: boolean, master: Master | undefined, options: object) {
  const config = await readMhaConfig(file, options);
  if (master === undefined || lists(config, master)) return config;
  const origin = fromEnv ? ' (named by MHA_HELPER_CONF)' : '';
  throw new ConfigError(
    `${file}${origin} does not list ${describe(master)}; it lists ${listOf(config)}. Name the file of that cluster.`,
  );
}

/** The files to read, and a note on each folder that has none. */
async function candidates(folders: readonly string[]): Promise<{ files: string[]; notes: string[] }> {
  const files = new Map<string, string>();
  const notes: string[] = [];
  for (const folder of new Set(folders)) {
    const names = await namesIn(folder).catch((error) => messageOf(error));
    if (!Array.isArray(names)) {
      notes.push(`${folder}: ${names ?? 'no such folder'}`);
      continue;
    }
    const fitting = names.filter((name) => /\.(cnf|conf)$/.test(name) && !name.endsWith('.helper.cnf'));
    if (fitting.length === 0) notes.push(`${folder}: no *.cnf or *.conf`);
    for (const path of fitting.map((name) => join(folder, name))) {
      const real = await realPath(path).catch(() => path);
      if (!files.has(real)) files.set(real, path);
    }
  }
  return { files: [...files.values()], notes };
}

async function look(file: string, master: Master | undefined, options: object): Promise<Look> {
  try {
    const sections = [...readSections(file).keys()];
    if (sections.includes('default') || !sections.some((name) => SERVER.test(name))) {
      return { why: `${file}: not an application file of MHA` };
    }
    const config = await readMhaConfig(file, options);
    if (master === undefined || lists(config, master)) return { config };
    return { why: `${file}: lists ${listOf(config)}` };
  } catch (error) {
    const named = error instanceof ConfigError && error.problems[0]?.file === file;
    return { why: `${named ? '' : `${file}: `}${messageOf(error)}` };
  }
}

function lists(config: MhaConfig, { host, ip, port }: Master): boolean {
  const wanted = new Set([host.toLowerCase(), ...(ip === undefined ? [] : [ip.toLowerCase()])]);
  return config.servers.some(({ params }) => {
    const names = [params.get('hostname'), params.get('ip')];
    const here = names.some((name) => name !== undefined && wanted.has(name.toLowerCase()));
    return here && (port === undefined || Number(params.get('port')) === port);
  });
}

async function withAddress(master: Master | undefined): Promise<Master | undefined> {
  if (master === undefined || master.ip) return master;
  return { ...master, ip: await addressOf(master.host).catch(() => undefined) };
}

function listOf({ servers }: MhaConfig): string {
  return servers.map(({ params }) => `${params.get('hostname')}:${params.get('port')}`).join(', ');
}

function describe({ host, ip, port }: Master): string {
  return `${host}${port === undefined ? '' : `:${port}`}${ip === undefined || ip === host ? '' : ` (${ip})`}`;
}

function notOne(master: Master | undefined, fitting: readonly MhaConfig[], notes: readonly string[]): ConfigError {
  const wanted = master === undefined ? 'is a configuration of MHA' : `lists ${describe(master)}`;
  const advice = 'Name the file with --conf=FILE or MHA_HELPER_CONF.';
  if (fitting.length <= 1)
    return new ConfigError({ text: `no file ${wanted}`, advice: `${advice} Searched:`, details: notes });
  return new ConfigError({ text: `more than one file ${wanted}`, advice, details: fitting.map(({ file }) => file) });
}
