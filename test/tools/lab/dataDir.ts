import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inTree, isMysql, KIND, serverCommand, treeOptions } from './kind.ts';
import { findProgram } from './processes.ts';
import { runOk } from './run.ts';

/** To be raised whenever what is in the template changes. */
const FORMAT = 2;

/** The redo log's size: small, so that a data directory is copied quickly. */
export const LOG_FILE_SIZE = '8M';

/** `--user=root` if this process is root: the server refuses to run as root without it. */
export const USER_ARGS: readonly string[] = process.getuid?.() === 0 ? ['--user=root'] : [];

/** Makes a fresh data directory: a copy, without its zeros, of a template built once a machine, user and server version. */
export async function makeDataDir(target: string): Promise<void> {
  const from = await template(`${target}.template`);
  await runOk('cp', ['--recursive', '--sparse=always', from, target]);
}

/** Builds the template elsewhere and renames it there, so that labs starting together see all of it or nothing. */
async function template(building: string): Promise<string> {
  const [program = '', ...args] = serverCommand();
  const version =
    (await runOk(findProgram(program), [...args, '--version'])).stdout.match(/Ver (\S+)/)?.[1] ?? 'unknown';
  const place = join(tmpdir(), `mha-labtemplate-${process.getuid?.()}-${KIND}-${version}-${FORMAT}`);
  if (existsSync(place)) return place;
  try {
    if (isMysql) await initializeMysql(building);
    else if (KIND === 'mariadb') await installMariadb(building);
    else await bootstrapMariadb(building);
    renameSync(building, place);
  } catch (error) {
    rmSync(building, { recursive: true, force: true });
    if (!existsSync(place)) throw error;
  }
  return place;
}

async function installMariadb(building: string): Promise<void> {
  const own = [`--datadir=${building}`, `--tmpdir=${dirname(building)}`];
  const args = ['--no-defaults', ...own, '--auth-root-authentication-method=normal'];
  await runOk('mariadb-install-db', [...args, `--innodb-log-file-size=${LOG_FILE_SIZE}`, ...USER_ARGS]);
}

/** What mariadb-install-db does, for a server that only its own loader can start. */
async function bootstrapMariadb(building: string): Promise<void> {
  mkdirSync(join(building, 'mysql'), { recursive: true });
  const [program = '', ...args] = serverCommand();
  const own = [
    '--no-defaults',
    ...treeOptions(),
    ...USER_ARGS,
    `--datadir=${building}`,
    `--tmpdir=${dirname(building)}`,
  ];
  const sql = SYSTEM_TABLES.map((name) => readFileSync(inTree(`usr/share/mariadb/${name}.sql`), 'utf8')).join('\n');
  const input = `create database if not exists mysql;\nuse mysql;\nSET @auth_root_socket=NULL;\n${sql}`;
  const options = [...own, `--innodb-log-file-size=${LOG_FILE_SIZE}`, '--bootstrap', '--skip-networking'];
  await runOk(program, [...args, ...options], { input });
}

const SYSTEM_TABLES = [
  'mariadb_system_tables',
  'mariadb_performance_tables',
  'mariadb_system_tables_data',
  'maria_add_gis_sp_bootstrap',
  'mariadb_sys_schema',
  'mariadb_test_db',
];

/** Without auto.cnf, so that every copy is given a server_uuid of its own. */
async function initializeMysql(building: string): Promise<void> {
  const [program = '', ...args] = serverCommand();
  const own = [`--datadir=${building}`, `--tmpdir=${dirname(building)}`, '--secure-file-priv=NULL'];
  const options = ['--no-defaults', ...treeOptions(), ...USER_ARGS, ...own, '--initialize-insecure'];
  await runOk(program, [...args, ...options, `--innodb-redo-log-capacity=${LOG_FILE_SIZE}`]);
  rmSync(join(building, 'auto.cnf'), { force: true });
}
