import { quote } from '../../tools/lab/accounts.ts';
import type { LabServer } from '../../tools/lab/server.ts';
import { ODD_NAMES } from './oddNames.ts';

/** Accounts and roles of awkward shapes, as MySQL has them. */
export const MYSQL_ZOO = [
  "CREATE USER z_global@'%' IDENTIFIED BY 'zpw-global'",
  "GRANT SELECT, INSERT, UPDATE, RELOAD ON *.* TO z_global@'%'",
  "CREATE USER z_all@'%' IDENTIFIED BY 'zpw-all'",
  "GRANT ALL PRIVILEGES ON *.* TO z_all@'%' WITH GRANT OPTION",
  "CREATE USER z_dynamic@'%' IDENTIFIED BY 'zpw-dynamic'",
  "GRANT BACKUP_ADMIN, CONNECTION_ADMIN ON *.* TO z_dynamic@'%'",
  "GRANT CLONE_ADMIN, XA_RECOVER_ADMIN ON *.* TO z_dynamic@'%' WITH GRANT OPTION",
  "GRANT INSERT ON app.* TO z_dynamic@'%'",
  "CREATE USER z_db@'10.%' IDENTIFIED BY 'zpw-db'",
  "GRANT ALL PRIVILEGES ON app.* TO z_db@'10.%' WITH GRANT OPTION",
  "CREATE USER z_pattern@'%'",
  "GRANT SELECT, INSERT ON `ap\\_%`.* TO z_pattern@'%'",
  "CREATE USER z_table@'192.168.0.0/255.255.0.0' IDENTIFIED BY 'zpw-table' REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 90",
  "GRANT SELECT, DELETE ON app.orders TO z_table@'192.168.0.0/255.255.0.0'",
  "CREATE USER z_cidr@'198.51.100.0/24' IDENTIFIED BY 'zpw-cidr' REQUIRE SUBJECT '/CN=it is \"me\"'",
  "GRANT DELETE ON app.orders TO z_cidr@'198.51.100.0/24'",
  "CREATE USER z_column@localhost IDENTIFIED BY 'zpw-column'",
  'GRANT SELECT (id, total), UPDATE (note), INSERT (id) ON app.orders TO z_column@localhost',
  "CREATE USER z_one_column@'%' IDENTIFIED BY 'zpw-column1'",
  "GRANT UPDATE (note) ON app.orders TO z_one_column@'%'",
  "CREATE USER z_routine@'%' IDENTIFIED BY 'zpw-routine'",
  "GRANT EXECUTE, ALTER ROUTINE ON PROCEDURE app.pay TO z_routine@'%' WITH GRANT OPTION",
  "GRANT EXECUTE ON FUNCTION app.tax TO z_routine@'%'",
  "CREATE USER z_only_option@'%'",
  "GRANT GRANT OPTION ON *.* TO z_only_option@'%'",
  "CREATE USER z_nothing@'%' IDENTIFIED BY 'zpw-nothing'",
  "CREATE USER z_locked@'%' IDENTIFIED BY 'zpw-locked' ACCOUNT LOCK",
  "GRANT SELECT ON app.* TO z_locked@'%'",
  "CREATE USER z_expired@'%' IDENTIFIED BY 'zpw-expired' PASSWORD EXPIRE",
  "GRANT SELECT ON app.* TO z_expired@'%'",
  "CREATE USER z_policy@'%' IDENTIFIED BY 'zpw-policy' PASSWORD HISTORY 3 PASSWORD REUSE INTERVAL 9 DAY " +
    'PASSWORD REQUIRE CURRENT FAILED_LOGIN_ATTEMPTS 4 PASSWORD_LOCK_TIME 2 ATTRIBUTE \'{"team": "it\'\'s ours"}\'',
  "GRANT SELECT ON app.* TO z_policy@'%'",
  "CREATE USER z_two_passwords@'%' IDENTIFIED BY 'zpw-first'",
  "ALTER USER z_two_passwords@'%' IDENTIFIED BY 'zpw-second' RETAIN CURRENT PASSWORD",
  "GRANT INSERT ON app.* TO z_two_passwords@'%'",
  "CREATE USER z_sha256@'%' IDENTIFIED WITH sha256_password BY 'zpw-sha256'",
  "GRANT INSERT ON app.* TO z_sha256@'%'",
  ...ODD_NAMES,
  'CREATE ROLE z_reader',
  'GRANT SELECT ON app.* TO z_reader',
  "CREATE ROLE z_writer@'10.%'",
  "GRANT INSERT, UPDATE ON app.* TO z_writer@'10.%'",
  "GRANT z_reader TO z_writer@'10.%'",
  "CREATE ROLE `ro``le's`",
  "CREATE USER z_member@'%' IDENTIFIED BY 'zpw-member'",
  "GRANT z_writer@'10.%', z_reader TO z_member@'%'",
  "ALTER USER z_member@'%' DEFAULT ROLE z_writer@'10.%', z_reader",
  "CREATE USER z_admin@'%' IDENTIFIED BY 'zpw-admin'",
  "GRANT z_reader TO z_admin@'%' WITH ADMIN OPTION",
  "GRANT `ro``le's` TO z_admin@'%' WITH ADMIN OPTION",
  "CREATE USER z_used_as_role@'%' IDENTIFIED BY 'zpw-used'",
  "GRANT INSERT ON app.* TO z_used_as_role@'%'",
  "CREATE USER z_uses@'%' IDENTIFIED BY 'zpw-uses'",
  "GRANT z_used_as_role TO z_uses@'%'",
  "CREATE USER z_proxied@'%' IDENTIFIED BY 'zpw-proxied'",
  "GRANT SELECT, INSERT ON app.* TO z_proxied@'%'",
  "CREATE USER z_proxy@'%' IDENTIFIED BY 'zpw-proxy'",
  "GRANT PROXY ON z_proxied@'%' TO z_proxy@'%'",
  "CREATE USER z_proxy2@'%' IDENTIFIED BY 'zpw-proxy2'",
  "GRANT PROXY ON z_proxied@'%' TO z_proxy2@'%' WITH GRANT OPTION",
  "CREATE USER z_monitor@'%' IDENTIFIED BY 'zpw-monitor'",
  "GRANT PROCESS, REPLICATION CLIENT ON *.* TO z_monitor@'%'",
];

/** For a server with partial_revokes. */
export const PARTIAL_REVOKES = [
  "CREATE USER z_partial@'%' IDENTIFIED BY 'zpw-partial'",
  "GRANT SELECT, INSERT ON *.* TO z_partial@'%'",
  "REVOKE INSERT ON mysql.* FROM z_partial@'%'",
];

const hashes = new Map<string, string>();
const PASSWORD = /IDENTIFIED(?: WITH (\w+))? BY ('zpw-[^']*')/;

/** MySQL salts each password anew; these statements give the same hashes whenever they are run in this process. */
export async function alwaysTheSame(server: LabServer, statements: readonly string[]): Promise<string[]> {
  for (const sql of statements) {
    const [by, plugin = 'caching_sha2_password', password = ''] = PASSWORD.exec(sql) ?? [];
    if (by && !hashes.has(by))
      hashes.set(by, `IDENTIFIED WITH ${plugin} AS 0x${await hashOf(server, plugin, password)}`);
  }
  return statements.map((sql) => sql.replace(PASSWORD, (by) => hashes.get(by) ?? by));
}

async function hashOf(server: LabServer, plugin: string, password: string): Promise<string> {
  const name = `hash-${hashes.size}`;
  await server.adminAll(['SET sql_log_bin = 0', `CREATE USER ${quote(name)} IDENTIFIED WITH ${plugin} BY ${password}`]);
  const [row] = await server.admin('SELECT HEX(authentication_string) AS hash FROM mysql.user WHERE User = ?', [name]);
  await server.adminAll(['SET sql_log_bin = 0', `DROP USER ${quote(name)}`]);
  return String(row?.hash);
}
