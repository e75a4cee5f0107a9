import { isAbsolute, resolve } from 'node:path';
import { parse } from 'ini';
import { isReadable } from '../../adapters/files/files.ts';
import { messageOf } from '../../base/errors.ts';
import { type SimpleCommand, simpleCommand } from '../../base/shellWords.ts';
import { type AccountPattern, parseAccounts } from './accountPattern.ts';
import { type MailHost, parseAddress, parseAddresses, parseMailHost } from './mail.ts';

/** The helper's own settings for one server. Times are milliseconds. */
export interface Settings {
  /** How long running transactions may go on before they are ended. */
  readonly drainMs: number;
  /** How long the new master may take to catch up before anybody is shut out. */
  readonly catchUpMs: number;
  /** How far the new master may be behind after that. */
  readonly maxLagMs: number;
  /** How long nobody may be able to write; undefined: no limit. */
  readonly maxOutageMs: number | undefined;
  readonly superReadOnly: boolean;
  readonly preserveAccounts: readonly AccountPattern[];
  /** If an account that would be shut out is missing or different on another server. */
  readonly accountMismatch: 'refuse' | 'warn';
  readonly blockMethod: 'revoke' | 'lock' | 'both';
  readonly connectMs: number;
  readonly statementMs: number;
  /** For a whole `stop`. */
  readonly stopMs: number;
  /** For a whole undo. */
  readonly undoMs: number;
  readonly journalDir: string;
  /** `verify`: the certificate must be valid and name the host. */
  readonly ssl: 'no' | 'yes' | 'verify';
  readonly sslCa: string | undefined;
  readonly sslCert: string | undefined;
  readonly sslKey: string | undefined;
  /** Who gets the report of a failover by mail. */
  readonly reportEmail: readonly string[];
  /** If undefined, this program at this host. */
  readonly reportFrom: string | undefined;
  readonly smtpHost: MailHost;
  /** What makes sure that a dead master stays dead: its server is ended over ssh, only `fenceCommand` is run, or nothing is done. */
  readonly fence: 'mysqld' | 'commands' | 'no';
  /** For all of a fence. */
  readonly fenceMs: number;
  /** Undefined if there is none. */
  readonly fenceCommand: SimpleCommand | undefined;
  /** True: no failover from a master that could not be fenced. */
  readonly fenceNeeded: boolean;
}

/** Reads what stands after `=`. @throws Error that says what is valid */
type Reader<Value> = (raw: string) => Value | Promise<Value>;

type Schema = { readonly [Field in keyof Settings]: { readonly key: string; readonly read: Reader<Settings[Field]> } };

const SCHEMA: Schema = {
  drainMs: { key: 'kill_after_timeout', read: seconds(0) },
  catchUpMs: { key: 'catch_up_timeout', read: seconds(0) },
  maxLagMs: { key: 'max_lag', read: seconds(0) },
  maxOutageMs: { key: 'max_outage', read: secondsOrNo },
  superReadOnly: { key: 'super_read_only', read: yesOrNo },
  preserveAccounts: { key: 'preserve_accounts', read: parseAccounts },
  accountMismatch: { key: 'account_mismatch', read: oneOf('refuse', 'warn') },
  blockMethod: { key: 'block_method', read: oneOf('revoke', 'lock', 'both') },
  connectMs: { key: 'connect_timeout', read: seconds(0.001) },
  statementMs: { key: 'statement_timeout', read: seconds(0.001) },
  stopMs: { key: 'stop_timeout', read: seconds(0.001) },
  undoMs: { key: 'undo_timeout', read: seconds(0.001) },
  journalDir: { key: 'journal_dir', read: folderOnDisk },
  ssl: { key: 'ssl', read: oneOf('no', 'yes', 'verify') },
  sslCa: { key: 'ssl_ca', read: readableFile },
  sslCert: { key: 'ssl_cert', read: readableFile },
  sslKey: { key: 'ssl_key', read: readableFile },
  reportEmail: { key: 'report_email', read: (raw) => parseAddresses(textOf(raw)) },
  reportFrom: { key: 'report_from', read: (raw) => parseAddress(textOf(raw)) },
  smtpHost: { key: 'smtp_host', read: (raw) => parseMailHost(textOf(raw)) },
  fence: { key: 'fence', read: oneOf('mysqld', 'commands', 'no') },
  fenceMs: { key: 'fence_timeout', read: seconds(3) },
  fenceCommand: { key: 'fence_command', read: (raw) => commandOf(textOf(raw)) },
  fenceNeeded: { key: 'fence_needed', read: yesOrNo },
};

/** The settings without a file. */
export function defaultSettings(journalDir: string): Settings {
  return {
    drainMs: 5000,
    catchUpMs: 10_000,
    maxLagMs: 1000,
    maxOutageMs: 30_000,
    superReadOnly: false,
    preserveAccounts: [],
    accountMismatch: 'refuse',
    blockMethod: 'revoke',
    connectMs: 5000,
    statementMs: 10_000,
    stopMs: 60_000,
    undoMs: 30_000,
    journalDir,
    ssl: 'no',
    sslCa: undefined,
    sslCert: undefined,
    sslKey: undefined,
    reportEmail: [],
    reportFrom: undefined,
    smtpHost: { host: 'localhost', port: 25 },
    fence: 'mysqld',
    fenceMs: 10_000,
    fenceCommand: undefined,
    fenceNeeded: false,
  };
}

export const SETTING_KEYS: readonly string[] = Object.values(SCHEMA).map(({ key }) => key);

/** Reads the value of a key as the field that it sets. @throws Error that says what is valid */
export async function readSetting(key: string, raw: string): Promise<Partial<Settings>> {
  const [field, entry] = Object.entries(SCHEMA).find(([, { key: known }]) => known === key) ?? [];
  if (field === undefined || entry === undefined) {
    throw new Error(`there is no setting of this name; there are ${SETTING_KEYS.join(', ')}`);
  }
  return { [field]: await entry.read(raw) };
}

/** By the rules of `ini` for quotes, comments and backslashes; always text, even `true` and `null`. */
function textOf(raw: string): string {
  return String(parse(`value=${raw}`).value);
}

function seconds(least: number): (raw: string) => number {
  return (raw) => {
    const text = textOf(raw);
    const value = /^(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= 3600) return Math.round(value * 1000);
    const from = least > 0 && least < 1 ? 'above 0 and' : `from ${least}`;
    throw new Error(`"${text}" is not a number of seconds ${from} up to 3600`);
  };
}

/** A program by its full path and its arguments, without variables, pipes or patterns: no shell runs it. */
function commandOf(text: string): SimpleCommand | undefined {
  if (text === '') return undefined;
  const command = simpleCommand(text);
  if (command && isAbsolute(command.program) && command.env.size === 0) return command;
  throw new Error(`"${text}" is not the full path of a program with its arguments; no shell runs it`);
}

function secondsOrNo(raw: string): number | undefined {
  if (textOf(raw).toLowerCase() === 'no') return undefined;
  try {
    return seconds(0.001)(raw);
  } catch (error) {
    throw new Error(`${messageOf(error)}, or no`);
  }
}

function oneOf<const Word extends string>(...words: Word[]): (raw: string) => Word {
  return (raw) => {
    const text = textOf(raw).toLowerCase();
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    throw new Error(`"${textOf(raw)}" is not one of ${words.join(', ')}`);
  };
}

function yesOrNo(raw: string): boolean {
  return oneOf('yes', 'no')(raw) === 'yes';
}

function absolutePath(raw: string): string {
  const text = textOf(raw);
  if (isAbsolute(text)) return text;
  throw new Error(`"${text}" is not an absolute path`);
}

function folderOnDisk(raw: string): string {
  const path = resolve(absolutePath(raw));
  if (!/^\/(proc|sys|dev)(\/|$)/.test(path)) return path;
  throw new Error(`"${path}" belongs to the kernel: name a folder on a disk`);
}

async function readableFile(raw: string): Promise<string> {
  const path = absolutePath(raw);
  if (await isReadable(path)) return path;
  throw new Error(`"${path}" cannot be read`);
}
