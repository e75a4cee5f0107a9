import { join } from 'node:path';
import { ConfigError, messageOf, type Problem } from '../../base/errors.ts';
import { type Endpoint, nameOf, sameEndpoint } from '../../base/server.ts';
import { type MhaConfig, type MhaServer, targetOf } from '../mha/mhaServer.ts';
import { contradictions, withRoomForDrain } from './contradictions.ts';
import { findSettingsFile, readSettingsFile, refuse } from './helperFile.ts';
import { type IniSection, splitIni } from './iniLines.ts';
import { defaultSettings, readSetting, type Settings } from './settings.ts';

/** @throws ConfigError for a server that is not in the configuration */
export type SettingsOf = (server: Endpoint) => Settings;

/**
 * The settings of every server of MHA's configuration, from the file that {@link findSettingsFile} finds; without one,
 * the defaults. `[default]` is for all servers; a section named by host or address overrides it, and `[host:port]`
 * overrides that. @throws ConfigError that lists everything wrong with the file
 */
export async function readSettings(config: MhaConfig, options: { etcDir?: string } = {}): Promise<SettingsOf> {
  const file = await findSettingsFile(config.file, options.etcDir ?? '/etc/mha-helper');
  const { sections, problems } = splitIni(file === undefined ? '' : await readSettingsFile(file));
  const found = [...problems];
  const values = new Map<string, Partial<Settings>>();
  for (const section of sections) values.set(section.name, await readSection(section, found));
  const defaults = defaultSettings(defaultJournalDir(config));
  const servers = config.servers.map((server) => knownServer(server, defaults));
  const all = servers.map((server) => {
    const own = [...sections.filter(({ name }) => name === DEFAULT), ...sectionsOf(server, sections).flat()];
    const names = own.map(({ name }) => name);
    const settings = Object.freeze(withRoomForDrain(merged(server.defaults, names, values), own));
    found.push(...contradictions(settings, own));
    return { server, settings };
  });
  found.push(...misplaced(config.file, servers, sections), ...all.flatMap(halfPair));
  if (new Set(all.map(({ settings }) => settings.journalDir)).size > 1) found.push(...journalDirs(sections));
  if (file !== undefined) refuse(file, found);
  return (wanted) => {
    const one = all.find(({ server }) => sameEndpoint(server, wanted));
    if (one) return one.settings;
    throw new ConfigError(`${config.file} lists no server ${nameOf(wanted)}. Add it, or name one that is listed.`);
  };
}

export const DEFAULT = 'default';

interface Known extends Endpoint {
  readonly defaults: Settings;
}

async function readSection(section: IniSection, problems: Problem[]): Promise<Partial<Settings>> {
  const values: Partial<Settings>[] = [];
  for (const { key, raw, line } of section.entries) {
    try {
      values.push(await readSetting(key, raw));
    } catch (error) {
      problems.push({ line, text: `[${section.name}] ${key}: ${messageOf(error)}` });
    }
  }
  return Object.assign({}, ...values);
}

function knownServer(server: MhaServer, defaults: Settings): Known {
  const { host, ip, port } = targetOf(server);
  return { host, ip, port, defaults };
}

/** One for the cluster: the first server's manager_workdir counts, as for MHA's own files (MasterFailover.pm). */
function defaultJournalDir({ servers }: MhaConfig): string {
  return join(servers[0]?.params.get('manager_workdir') ?? '', 'mha-helper');
}

/** In two folders, one switch would not see the other's journal. */
function journalDirs(sections: readonly IniSection[]): Problem[] {
  const all = sections.flatMap(({ name, entries }) => entries.map((entry) => ({ name, ...entry })));
  return all
    .filter(({ name, key }) => key === 'journal_dir' && name !== DEFAULT)
    .map(({ name, line }) => {
      return { line, text: `[${name}] journal_dir: one folder serves the whole cluster: set it in [default] only` };
    });
}

/** The sections of a server: those by host or address, then those with the port, which override them. */
export function sectionsOf({ host, ip, port }: Endpoint, sections: readonly IniSection[]): IniSection[][] {
  const named = (...names: string[]) =>
    sections.filter(({ name }) => names.some((wanted) => wanted.toLowerCase() === name.toLowerCase()));
  return [named(host, ip), named(nameOf({ host, port }), nameOf({ host: ip, port }))];
}

/** Sections for no server, and two sections that name the same server in two ways. */
function misplaced(file: string, servers: readonly Endpoint[], sections: readonly IniSection[]): Problem[] {
  const problems: Problem[] = [];
  const groups = servers.flatMap((server) => sectionsOf(server, sections));
  for (const section of sections) {
    if (section.name === DEFAULT || groups.some((group) => group.includes(section))) continue;
    const text = `[${section.name}] is neither [default] nor a server of ${file} (${servers.map(nameOf).join(', ')})`;
    problems.push({ line: section.line, text });
  }
  for (const [first, second] of groups) {
    if (!first || !second) continue;
    const text = `[${second.name}] and [${first.name}] (line ${first.line}) are the same server: use one of them`;
    problems.push({ line: second.line, text });
  }
  return problems;
}

function merged(
  defaults: Settings,
  names: readonly string[],
  values: ReadonlyMap<string, Partial<Settings>>,
): Settings {
  return Object.assign({}, defaults, ...names.map((name) => values.get(name) ?? {}));
}

function halfPair({ server, settings }: { server: Endpoint; settings: Settings }): Problem[] {
  if ((settings.sslCert === undefined) === (settings.sslKey === undefined)) return [];
  return [{ text: `ssl_cert and ssl_key go together, and ${nameOf(server)} has only one of them` }];
}
