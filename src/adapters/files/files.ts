/** Reading files. Unless documented otherwise, rejects with Node's own error, whose message names the path. */
import { constants } from 'node:fs';
import { access, lstat, readdir, readFile, stat } from 'node:fs/promises';

/** The path with every symbolic link followed. */
export { realpath as realPath } from 'node:fs/promises';

/** The text of a UTF-8 file, without its byte order mark. */
export async function readText(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
}

/** True for a regular file, or a link to one. */
export async function isRegularFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() ?? false;
}

/** True if the path leads to anything. */
export async function isThere(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}

/** True unless nothing is there: also for a broken link, and for what may not be read. */
export async function isTaken(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );
}

/** True if this process may read the file. */
export function isReadable(file: string): Promise<boolean> {
  return may(file, constants.R_OK);
}

function may(file: string, mode: number): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  );
}

/** The names in a folder, in byte order; undefined if there is no such folder. */
export async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export interface FileFacts {
  readonly kind: 'file' | 'folder' | 'other';
  /** The permission bits, `0o600` for example. */
  readonly mode: number;
  readonly uid: number;
  /** Whether this process may read, write, and execute (a folder: enter) it. */
  readonly mayRead: boolean;
  readonly mayWrite: boolean;
  readonly mayExecute: boolean;
  /** When it was last changed, in milliseconds since 1970. */
  readonly changed: number;
}

/** Facts about a file, links followed; undefined if there is none, or it cannot be examined. */
export async function factsOf(file: string): Promise<FileFacts | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (!found) return undefined;
  const { R_OK, W_OK, X_OK } = constants;
  return {
    kind: found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other',
    mode: found.mode & 0o7777,
    uid: found.uid,
    ...{ mayRead: await may(file, R_OK), mayWrite: await may(file, W_OK), mayExecute: await may(file, X_OK) },
    changed: found.mtimeMs,
  };
}
