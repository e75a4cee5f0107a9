/**
 * Reading files. Every function rejects with Node's own error (`ENOENT: …, open '…'`), whose message names the path,
 * unless it says otherwise.
 */
import { constants } from 'node:fs';
import { access, lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';

/** The text of a UTF-8 file, without a byte order mark. */
export async function readText(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
}

/** True for a regular file, or a link to one; false for anything else, or nothing. */
export async function isRegularFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() ?? false;
}

/** True where the path leads to anything at all. */
export async function isThere(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}

/** True unless nothing is there; a link that leads nowhere is something, and so is what may not be looked at. */
export async function isTaken(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );
}

/** True where this process may read the file. */
export async function isReadable(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}

/** The names in a folder, in byte order; undefined where there is no such folder. */
export async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The path with every symbolic link followed. */
export function realPath(file: string): Promise<string> {
  return realpath(file);
}

/** What a file is to those who may use it. */
export interface FileFacts {
  readonly kind: 'file' | 'folder' | 'other';
  /** The permission bits, `0o600` for example. */
  readonly mode: number;
  readonly uid: number;
  /** This process may read, write, and execute (a folder: enter) it. */
  readonly mayRead: boolean;
  readonly mayWrite: boolean;
  readonly mayExecute: boolean;
  /** When it was last changed, in milliseconds since 1970. */
  readonly changed: number;
}

/** Facts of a file, links followed; undefined where there is none, or nothing can be known of it. */
export async function factsOf(file: string): Promise<FileFacts | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (!found) return undefined;
  const may = (what: number) =>
    access(file, what).then(
      () => true,
      () => false,
    );
  const [mayRead, mayWrite, mayExecute] = await Promise.all([constants.R_OK, constants.W_OK, constants.X_OK].map(may));
  return {
    kind: found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other',
    mode: found.mode & 0o7777,
    uid: found.uid,
    ...{ mayRead: mayRead === true, mayWrite: mayWrite === true, mayExecute: mayExecute === true },
    changed: found.mtimeMs,
  };
}
