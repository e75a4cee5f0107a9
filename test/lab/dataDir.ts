import { constants, cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findProgram } from './processes.ts';
import { runOk } from './run.ts';

/** To be raised whenever what is in the template changes. */
const FORMAT = 1;

/** The redo log's size: small, so that a data directory is copied quickly. */
export const LOG_FILE_SIZE = '8M';

/** `--user=root` where this process is root: the server refuses to run as root unless told to. */
export const USER_ARGS: readonly string[] = process.getuid?.() === 0 ? ['--user=root'] : [];

/** Makes a fresh data directory: a copy of a template that is built once a machine, user and server version. */
export async function makeDataDir(target: string): Promise<void> {
  const from = await template(`${target}.template`);
  cpSync(from, target, { recursive: true, mode: constants.COPYFILE_FICLONE });
}

/** Builds the template elsewhere and renames it there, so that labs starting together see all of it or nothing. */
async function template(building: string): Promise<string> {
  const version = (await runOk(findProgram('mariadbd'), ['--version'])).stdout.match(/Ver (\S+)/)?.[1] ?? 'unknown';
  const place = join(tmpdir(), `mha-labtemplate-${process.getuid?.()}-${version}-${FORMAT}`);
  if (existsSync(place)) return place;
  try {
    const own = [`--datadir=${building}`, `--tmpdir=${dirname(building)}`];
    const args = ['--no-defaults', ...own, '--auth-root-authentication-method=normal'];
    await runOk('mariadb-install-db', [...args, `--innodb-log-file-size=${LOG_FILE_SIZE}`, ...USER_ARGS]);
    renameSync(building, place);
  } catch (error) {
    rmSync(building, { recursive: true, force: true });
    if (!existsSync(place)) throw error;
  }
  return place;
}
