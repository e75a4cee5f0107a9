import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Which server the lab runs: Debian's installed MariaDB, or one that lives in a Debian tree of its own. The environment
 * says which, so that the same tests run against each: MHA_HELPER_LAB_SERVER, and MHA_HELPER_LAB_TREE for the tree.
 */
export const KIND = process.env.MHA_HELPER_LAB_SERVER || 'mariadb';
export const isMysql = KIND === 'mysql';

const TREE = process.env.MHA_HELPER_LAB_TREE;

/** The server program, as an argument list: started by its own tree's loader, so that no chroot and no root is needed. */
export function serverCommand(): string[] {
  const name = isMysql ? 'mysqld' : 'mariadbd';
  return KIND === 'mariadb' ? [name] : treeCommand(`usr/sbin/${name}`);
}

function treeCommand(program: string): string[] {
  if (!TREE) throw new Error(`${KIND} is run by npm run test:mysql or test:mariadb11, which know where it is`);
  const libraries = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu', 'usr/lib/mysql/private'];
  const loader = join(TREE, 'lib64/ld-linux-x86-64.so.2');
  return [loader, '--library-path', libraries.map((path) => join(TREE, path)).join(':'), inTree(program)];
}

/**
 * For MHA's `client_bindir`: a new folder with the two clients of a server out of a tree, under the names that they have
 * there (MariaDB 11: mariadb, mariadb-binlog). Undefined if the server is the installed one.
 */
export function makeClientFolder(folder: string): string | undefined {
  if (KIND === 'mariadb') return undefined;
  mkdirSync(folder);
  for (const name of isMysql ? ['mysql', 'mysqlbinlog'] : ['mariadb', 'mariadb-binlog']) {
    const words = treeCommand(`usr/bin/${name}`).map((word) => `'${word}'`);
    writeFileSync(join(folder, name), `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, { mode: 0o755 });
  }
  return folder;
}

/** Options that a server out of a tree needs wherever it is started. */
export function treeOptions(): string[] {
  if (KIND === 'mariadb') return [];
  const share = `--lc-messages-dir=${inTree(isMysql ? 'usr/share/mysql' : 'usr/share/mariadb')}`;
  return [share, `--plugin-dir=${inTree('usr/lib/mysql/plugin')}`];
}

export function inTree(path: string): string {
  return join(TREE ?? '/', path);
}

/** How MariaDB and MySQL 9 word what the lab and the tests ask of them. */
export const SQL = isMysql
  ? {
      status: 'SHOW BINARY LOG STATUS',
      replicaStatus: 'SHOW REPLICA STATUS',
      start: 'START REPLICA',
      stop: 'STOP REPLICA',
      forget: 'RESET REPLICA ALL',
      resetBinlog: 'RESET BINARY LOGS AND GTIDS',
    }
  : {
      status: 'SHOW MASTER STATUS',
      replicaStatus: 'SHOW SLAVE STATUS',
      start: 'START SLAVE',
      stop: 'STOP SLAVE',
      forget: 'RESET SLAVE ALL',
      resetBinlog: 'RESET MASTER',
    };

/** Where a replica is to begin; it finds out by itself if `byGtid`. */
export interface Source {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly byGtid: boolean;
  readonly file?: unknown;
  readonly position?: unknown;
}

/** The statement that makes a server a replica; `quote` is for strings. */
export function changeSource(
  { host, port, user, password, byGtid, file, position }: Source,
  quote: (s: string) => string,
): string {
  const word = isMysql ? 'SOURCE' : 'MASTER';
  const to = isMysql ? 'CHANGE REPLICATION SOURCE TO' : 'CHANGE MASTER TO';
  const common = [
    `${word}_HOST=${quote(host)}`,
    `${word}_PORT=${port}`,
    `${word}_USER=${quote(user)}`,
    `${word}_PASSWORD=${quote(password)}`,
    `${word}_CONNECT_RETRY=1`,
  ];
  const at = [`${word}_LOG_FILE=${quote(String(file))}`, `${word}_LOG_POS=${position}`];
  const from = isMysql
    ? [...(byGtid ? ['SOURCE_AUTO_POSITION=1'] : [...at, 'SOURCE_AUTO_POSITION=0']), 'GET_SOURCE_PUBLIC_KEY=1']
    : [...at, 'MASTER_USE_GTID=no'];
  return `${to} ${[...common, ...from].join(', ')}`;
}
