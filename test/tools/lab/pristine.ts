import { format, type SqlValue } from 'mysql2';
import { type Account, APP_DATABASE, accountStatements } from './accounts.ts';
import { isMysql, SQL } from './kind.ts';
import type { LabServer, Row } from './server.ts';

/** What a server was like before any test touched it: its grant tables and its global variables. */
export interface Pristine {
  readonly grants: ReadonlyMap<string, readonly Row[]>;
  readonly variables: ReadonlyMap<string, string>;
}

const GRANT_TABLES = isMysql
  ? [
      'user',
      'db',
      'tables_priv',
      'columns_priv',
      'procs_priv',
      'proxies_priv',
      'role_edges',
      'default_roles',
      'global_grants',
      'password_history',
    ]
  : ['global_priv', 'db', 'tables_priv', 'columns_priv', 'procs_priv', 'proxies_priv', 'roles_mapping'];
const OWN_DATABASES = ['mysql', 'information_schema', 'performance_schema', 'sys'];

/** Makes a fresh server a lab server: accounts, the application's database, an empty binlog. */
export async function prepare(server: LabServer, mha: Account, repl: Account): Promise<Pristine> {
  const database = `CREATE DATABASE ${APP_DATABASE}`;
  await server.adminAll(['SET sql_log_bin = 0', ...accountStatements(mha, repl), database, SQL.resetBinlog]);
  const grants = new Map<string, Row[]>();
  for (const table of GRANT_TABLES) grants.set(table, await server.admin(`SELECT * FROM mysql.${table}`));
  return { grants, variables: await settableVariables(server) };
}

/** Ends every other session and makes the server replicate from nobody. */
export async function detach(server: LabServer): Promise<void> {
  const sessions = await server.admin(
    "SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND user NOT IN ('system user', 'event_scheduler')",
  );
  for (const { id } of sessions) await server.admin(`KILL ${id}`).catch(() => {});
  await server.adminAll([SQL.stop, SQL.forget]);
}

/**
 * Takes everything away that tests may have left on a detached server: data, events, accounts, changed variables,
 * binlogs. What a restart with other options changed stays.
 */
export async function cleanse(server: LabServer, pristine: Pristine): Promise<void> {
  const now = await settableVariables(server);
  const changed = [...pristine.variables].filter(([name, value]) => now.get(name) !== value);
  const databases = await server.admin('SELECT schema_name AS name FROM information_schema.schemata');
  const dropped = databases.map(({ name }) => String(name)).filter((name) => !OWN_DATABASES.includes(name));
  await server.adminAll([
    'SET autocommit = 1, sql_log_bin = 0',
    ...changed.filter(([name]) => name !== AFTER_ACCOUNTS).map(setGlobal),
    ...dropped.map((name) => `DROP DATABASE \`${name.replaceAll('`', '``')}\``),
    ...(isMysql ? [] : ['CREATE DATABASE test']),
    `CREATE DATABASE ${APP_DATABASE}`,
    ...(isMysql ? [] : ['DELETE FROM mysql.event']),
    ...GRANT_TABLES.map((table) => `DELETE FROM mysql.${table}`),
  ]);
  await server.adminAll([
    'SET autocommit = 1, sql_log_bin = 0',
    ...[...pristine.grants].flatMap(([table, rows]) => rows.map((row) => insert(table, row))),
    'FLUSH PRIVILEGES',
    ...changed.filter(([name]) => name === AFTER_ACCOUNTS).map(setGlobal),
    SQL.resetBinlog,
    isMysql ? 'RESET PERSIST' : "SET GLOBAL gtid_slave_pos = ''",
  ]);
}

/** MySQL keeps it on as long as an account has partial revokes. */
const AFTER_ACCOUNTS = 'partial_revokes';

function setGlobal([name, value]: readonly [string, string]): string {
  return `SET GLOBAL ${name} = ${literal(value)}`;
}

function insert(table: string, row: Row): string {
  const values = Object.values(row) as SqlValue[];
  return format('INSERT INTO ?? (??) VALUES (?)', [`mysql.${table}`, Object.keys(row), values]);
}

const MARIADB_VARIABLES = `SELECT lower(variable_name) AS name, global_value AS value FROM information_schema.system_variables
  WHERE read_only = 'NO' AND variable_scope IN ('GLOBAL', 'SESSION') AND global_value IS NOT NULL
    AND variable_name NOT LIKE 'gtid%' AND variable_name NOT LIKE 'innodb_buffer_pool%'`;

const MYSQL_VARIABLES = `SELECT variable_name AS name, variable_value AS value FROM performance_schema.global_variables
  WHERE variable_name NOT LIKE 'gtid%' AND variable_name NOT LIKE 'innodb%' AND variable_name NOT LIKE 'ssl%'`;

async function settableVariables(server: LabServer): Promise<Map<string, string>> {
  const rows = await server.admin(isMysql ? MYSQL_VARIABLES : MARIADB_VARIABLES);
  return new Map(rows.map(({ name, value }) => [String(name), String(value)]));
}

function literal(value: string): string {
  return /^-?\d+(\.\d+)?$/.test(value) ? value : `'${value.replace(/[\\']/g, '\\$&')}'`;
}
