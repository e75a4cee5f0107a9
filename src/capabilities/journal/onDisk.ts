import { readdirSync, readFileSync } from 'node:fs';
import { readTrusted, trustedFolder } from '../../adapters/files/trusted.ts';
import { ConfigError, messageOf, withoutFile } from '../../base/errors.ts';
import { parseJournal } from './parse.ts';
import { JournalChanged, type Listed } from './store.ts';

/** A journal, or why it cannot be read. */
export function read(path: string): Listed & { readonly missing?: true } {
  try {
    const version = readTrusted(path);
    return { path, stored: { path, data: parseJournal(version), version } };
  } catch (error) {
    const why = `the journal ${path} cannot be read: ${whyNot(error, withoutFile(error))}`;
    return { path, why, ...(NOT_THERE.has(codeOf(error)) ? { missing: true } : {}) };
  }
}

/** The text for a comparison; undefined if there is no file. */
export function textIn(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (NOT_THERE.has(codeOf(error))) return undefined;
    throw error;
  }
}

/** Says who has written the journal since, if it can be read. */
export function changedBySomebody(path: string): JournalChanged {
  const { stored, missing } = read(path);
  const { process: by, phase } = stored?.data ?? {};
  const what = by ? `process ${by.pid} on ${by.host} has written it (${phase})` : 'it was changed';
  const how = `${missing ? 'somebody has closed or removed it' : what} since this process last did`;
  const advice = 'Look with mha_recover --list and mysql_replica_status';
  return new JournalChanged(`${path}: ${how}; nothing was overwritten. ${advice}`);
}

const NOT_THERE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR']);

export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** The names in a folder; none if it is not there. */
export function namesIn(dir: string): string[] | Listed {
  try {
    trustedFolder(dir);
    return readdirSync(dir);
  } catch (error) {
    if (NOT_THERE.has(codeOf(error))) return [];
    return { path: dir, why: whyNot(error), isFolder: true };
  }
}

/** With advice if the folder is not trusted. */
export function whyNot(error: unknown, what = messageOf(error)): string {
  return what + (error instanceof ConfigError ? '; or name another folder as journal_dir' : '');
}
