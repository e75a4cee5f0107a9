import { isAbsolute, resolve } from 'node:path';
import { parse } from 'ini';
import { isReadable } from '../../adapters/files/files.ts';
import { type AccountPattern, parseAccounts } from './accountPattern.ts';
import { type MailHost, parseAddress, parseAddresses, parseMailHost } from './mail.ts';

/** The helper's own settings for one server. Times are milliseconds. */
export interface Settings {
  /** How long running transactions may go on before they are ended; 0: not at all. */
  readonly drainMs: number;
  /** How long the new master may take to come level before anybody is shut out. */
  readonly catchUpMs: number;
  readonly superReadOnly: boolean;
  /** Accounts that are never revoked. */
  readonly preserveAccounts: readonly AccountPattern[];
  /** What to do if an account that would be revoked is missing or different on another server. */
  readonly accountMismatch: 'refuse' | 'warn';
  /** How accounts are shut out. */
  readonly blockMethod: 'revoke' | 'lock' | 'both';
  readonly connectMs: number;
  /** The deadline of one statement. */
  readonly statementMs: number;
  /** The deadline of a whole `stop`. */
  readonly stopMs: number;
  /** The deadline of a whole undo. */
  readonly undoMs: number;
  readonly journalDir: string;
  /** `verify`: the certificate must be valid and name the host. */
  readonly ssl: 'no' | 'yes' | 'verify';
  readonly sslCa: string | undefined;
  readonly sslCert: string | undefined;
  readonly sslKey: string | undefined;
  /** Who gets the report of a failover by mail; nobody if there is none. */
  readonly reportEmail: readonly string[];
  /** Its sender; undefined: this program at this host. */
  readonly reportFrom: string | undefined;
  readonly smtpHost: MailHost;
}

/** Reads what stands after `=`; throws a plain Error that says what is wanted instead. */
type Reader<Value> = (raw: string) => Value | Promise<Value>;

type Schema = { readonly [Field in keyof Settings]: { readonly key: string; readonly read: Reader<Settings[Field]> } };

/** Every setting: its key in the file, and how its value is read. */
const SCHEMA: Schema = {
  drainMs: { key: 'kill_after_timeout', read: seconds(0) },
  catchUpMs: { key: 'catch_up_timeout', read: seconds(0) },
  superReadOnly: { key: 'super_read_only', read: (raw) => oneOf('yes', 'no')(raw) === 'yes' },
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
};

/** The settings if no file says otherwise; `journalDir` depends on the server. */
export function defaultSettings(journalDir: string): Settings {
  return {
    drainMs: 5000,
    catchUpMs: 10_000,
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
  };
}

/** The keys of the settings file. */
export const SETTING_KEYS: readonly string[] = Object.values(SCHEMA).map(({ key }) => key);

/** Reads one key of {@link SETTING_KEYS} as the field it sets; rejects with a plain Error that says what is wanted. */
export async function readSetting(key: string, raw: string): Promise<Partial<Settings>> {
  const [field, entry] = Object.entries(SCHEMA).find(([, { key: known }]) => known === key) ?? [];
  if (field === undefined || entry === undefined) {
    throw new Error(`there is no setting of this name; there are ${SETTING_KEYS.join(', ')}`);
  }
  return { [field]: await entry.read(raw) };
}

/** A value by the rules of `ini`: quotes, comments and backslashes; always text, `true` and `null` too. */
function textOf(raw: string): string {
  return String(parse(`value=${raw}`).value);
}

function seconds(least: number): Reader<number> {
  return (raw) => {
    const text = textOf(raw);
    const value = /^(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= 3600) return Math.round(value * 1000);
    throw new Error(`"${text}" is not a number of seconds ${least > 0 ? 'above 0 and' : 'from 0'} up to 3600`);
  };
}

function oneOf<const Word extends string>(...words: Word[]): (raw: string) => Word {
  return (raw) => {
    const text = textOf(raw).toLowerCase();
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    throw new Error(`"${textOf(raw)}" is not one of ${words.join(', ')}`);
  };
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
