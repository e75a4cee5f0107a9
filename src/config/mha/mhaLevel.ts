import { userInfo } from 'node:os';
import { ConfigError, messageOf, type Problem } from '../../base/errors.ts';
import { SETTING_KEYS } from '../helper/settings.ts';
import { addressOf } from './addressOf.ts';
import { decodeBytes, isTrue, upperAscii } from './bytes.ts';
import type { TinyProperty } from './configTiny.ts';
import { MHA_PARAMS, type ParamRule } from './mhaParams.ts';

/** A section of a file, or the output of a script, as written. Byte strings. */
export interface Level {
  readonly file: string;
  /** For messages: `[server1]`. */
  readonly part: string;
  readonly given: ReadonlyMap<string, TinyProperty>;
}

/** The parameters that have a value, in MHA's order. Byte strings. */
export type Params = ReadonlyMap<string, string>;

/**
 * The parameters of one level over those it inherits, as `parse_server` of MHA/Config.pm computes them: every level
 * removes one pair of outer quotes, also from inherited values; names are resolved and numbers checked before that; only
 * some parameters are inherited.
 * @throws ConfigError for what MHA exits on
 */
export async function resolveLevel(level: Level, inherited: Params): Promise<Params> {
  const unknown = [...level.given.keys()].find((name) => !MHA_PARAMS.has(name));
  if (unknown !== undefined) throw unknownParam(level, unknown);
  const values = new Map<string, string | undefined>();
  for (const [name, rule] of MHA_PARAMS) values.set(name, initialValue(name, rule, level, inherited));
  await addAddresses(level, values);
  amend(level, values);
  const params = new Map<string, string>();
  for (const [name, value] of values) if (value !== undefined) params.set(name, unquoted(value));
  return params;
}

/** The place of a parameter, or of a whole level; without a line if the value is not written there. */
export function placeOf({ file, part, given }: Level, name?: string): Pick<Problem, 'file' | 'line' | 'part'> {
  if (name === undefined) return { file, part };
  return { file, line: given.get(name)?.line, part: `${part}, ${decodeBytes(name)}` };
}

function initialValue(name: string, rule: ParamRule, level: Level, inherited: Params): string | undefined {
  const given = level.given.get(name);
  if (given !== undefined) return given.value;
  const value = rule.inherits ? inherited.get(name) : undefined;
  if (value !== undefined && (isTrue(value) || !rule.replacesFalse)) return value;
  return name === 'ssh_user' ? callersName() : rule.fallback;
}

async function addAddresses(level: Level, values: Map<string, string | undefined>): Promise<void> {
  const resolve = async (name: string): Promise<string | undefined> => {
    const host = values.get(name);
    if (host === undefined) return undefined;
    const text = decodeBytes(host);
    return addressOf(text).catch((error) => {
      const { part, ...place } = placeOf(level, level.given.has(name) ? name : 'hostname');
      const advice = `Write a name or address that resolves on this machine${/^['"]/.test(text) ? ', without quotes' : ''}.`;
      throw new ConfigError({ ...place, part: `${part} = ${text}`, text: messageOf(error), advice });
    });
  };
  if (!isTrue(values.get('ip'))) values.set('ip', await resolve('hostname'));
  const hostname = values.get('hostname');
  if (values.get('ssh_host') === undefined) values.set('ssh_host', hostname);
  const same = isTrue(hostname) && values.get('ssh_host') === hostname;
  values.set('ssh_ip', same ? values.get('ip') : await resolve('ssh_host'));
}

function amend(level: Level, values: Map<string, string | undefined>): void {
  const sshOptions = values.get('ssh_options');
  if (isTrue(sshOptions)) values.set('ssh_options', sshOptions.replace(/['"]/g, ''));
  const binlogDir = values.get('master_binlog_dir');
  if (isTrue(binlogDir)) values.set('master_binlog_dir', binlogDir.replace(/[\t-\r ]/g, ''));
  const pingType = upperAscii(values.get('ping_type') ?? '');
  values.set('ping_type', pingType);
  if (!['CONNECT', 'SELECT', 'INSERT'].includes(pingType)) {
    throw wrong(level, 'ping_type', 'CONNECT, SELECT or INSERT, without quotes');
  }
  for (const name of ['ssh_connection_timeout', 'ping_interval']) {
    const value = values.get(name) ?? '';
    if (!/^[0-9]+$/.test(value) || Number(value) < 1)
      throw wrong(level, name, 'a whole number above 0, without quotes');
  }
}

/** MHA removes a closing quote, and with it an opening one; an opening quote alone stays. */
function unquoted(value: string): string {
  return /['"]$/.test(value) ? value.slice(0, -1).replace(/^['"]/, '') : value;
}

function wrong(level: Level, name: string, wanted: string): ConfigError {
  const value = decodeBytes(level.given.get(name)?.value ?? '');
  const text = `"${value}" is not a value MHA takes`;
  return new ConfigError({ ...placeOf(level, name), text, advice: `Write ${wanted}.` });
}

function unknownParam(level: Level, name: string): ConfigError {
  const advice = SETTING_KEYS.includes(name)
    ? "It is a setting of mha-helper: put it into the helper's own file, <name>.helper.cnf beside MHA's."
    : 'MHA will not start with it: correct the name, or remove it.';
  return new ConfigError({ ...placeOf(level, name), text: 'MHA 0.58 knows no parameter of this name', advice });
}

function callersName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
