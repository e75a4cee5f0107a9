import { stat } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { readText } from './files.ts';

/** The option file that the MySQL clients read for this user. */
export function ownOptionFile(): string {
  return join(process.env.HOME || homedir(), '.my.cnf');
}

/** The default login name of the MySQL clients. */
export function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER || 'root';
  }
}

/** The text; undefined if there is no file. Rejects if it cannot be read, or is world-writable, which the clients ignore. */
export async function readOptionFile(file: string): Promise<string | undefined> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!found) return undefined;
  if (!found.isFile()) throw new Error('it is no regular file');
  if ((found.mode & 0o002) !== 0) throw new Error('everybody may write it: chmod o-w');
  return readText(file);
}
