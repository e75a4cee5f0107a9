import { accounts } from '../../tools/lab/accounts.ts';
import { isMysql } from '../../tools/lab/kind.ts';
import type { Ask, LabServer } from '../../tools/lab/server.ts';
import { ODD_NAMES } from './oddNames.ts';
import { alwaysTheSame, MYSQL_ZOO } from './zooMysql.ts';

/** What the zoo's accounts have rights on, and events; runs on the master, before {@link ZOO}. */
export const ZOO_OBJECTS = [
  'CREATE DATABASE IF NOT EXISTS app',
  'CREATE DATABASE IF NOT EXISTS `we``ird da"ta`',
  'CREATE TABLE app.orders (id INT PRIMARY KEY, total INT, note VARCHAR(20))',
  'CREATE TABLE app.ticks (at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, host VARCHAR(64))',
  'CREATE TABLE app.doomed (id INT PRIMARY KEY)',
  'CREATE TABLE `we``ird da"ta`.`t\'able` (`co``l` INT, `sp ace` INT)',
  'CREATE PROCEDURE app.pay() SELECT 1',
  'CREATE FUNCTION app.tax() RETURNS INT DETERMINISTIC RETURN 7',
  'CREATE DEFINER=root@localhost EVENT app.tick ON SCHEDULE EVERY 1 SECOND DO INSERT INTO app.ticks (host) VALUES (@@hostname)',
  'CREATE DEFINER=root@localhost EVENT app.`späte``s` ON SCHEDULE EVERY 1 DAY DO DO 0',
  'CREATE DEFINER=root@localhost EVENT app.off ON SCHEDULE EVERY 1 DAY DISABLE DO DO 0',
];

const MARIADB_ZOO = [
  "CREATE USER z_global@'%' IDENTIFIED BY 'zpw-global'",
  "GRANT SELECT, INSERT, UPDATE, RELOAD ON *.* TO z_global@'%'",
  "CREATE USER z_all@'%' IDENTIFIED BY 'zpw-all'",
  "GRANT ALL PRIVILEGES ON *.* TO z_all@'%' WITH GRANT OPTION",
  "CREATE USER z_db@'10.%' IDENTIFIED BY 'zpw-db'",
  "GRANT ALL PRIVILEGES ON app.* TO z_db@'10.%' WITH GRANT OPTION",
  "CREATE USER z_pattern@'%'",
  "GRANT SELECT, INSERT ON `ap\\_%`.* TO z_pattern@'%'",
  "CREATE USER z_table@'192.168.0.0/255.255.0.0' IDENTIFIED BY 'zpw-table' REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 90",
  "GRANT SELECT, DELETE ON app.orders TO z_table@'192.168.0.0/255.255.0.0'",
  "CREATE USER z_column@localhost IDENTIFIED BY 'zpw-column'",
  'GRANT SELECT (id, total), UPDATE (note), INSERT (id) ON app.orders TO z_column@localhost',
  "CREATE USER z_routine@'%' IDENTIFIED BY 'zpw-routine'",
  "GRANT EXECUTE, ALTER ROUTINE ON PROCEDURE app.pay TO z_routine@'%' WITH GRANT OPTION",
  "GRANT EXECUTE ON FUNCTION app.tax TO z_routine@'%'",
  "CREATE USER z_only_option@'%'",
  "GRANT USAGE ON *.* TO z_only_option@'%' WITH GRANT OPTION",
  "CREATE USER z_nothing@'%' IDENTIFIED BY 'zpw-nothing'",
  "CREATE USER z_locked@'%' IDENTIFIED BY 'zpw-locked' ACCOUNT LOCK",
  "GRANT SELECT ON app.* TO z_locked@'%'",
  "CREATE USER z_expired@'%' IDENTIFIED BY 'zpw-expired' PASSWORD EXPIRE",
  "GRANT SELECT ON app.* TO z_expired@'%'",
  "CREATE USER z_socket@'%' IDENTIFIED VIA unix_socket OR mysql_native_password USING PASSWORD('zpw-socket')",
  "GRANT SELECT ON app.* TO z_socket@'%'",
  ...ODD_NAMES,
  'CREATE ROLE z_reader',
  'GRANT SELECT ON app.* TO z_reader',
  'CREATE ROLE z_writer',
  'GRANT INSERT, UPDATE ON app.* TO z_writer',
  'GRANT z_reader TO z_writer',
  "CREATE ROLE `ro``le's`",
  "CREATE USER z_member@'%' IDENTIFIED BY 'zpw-member'",
  "GRANT z_writer TO z_member@'%'",
  "SET DEFAULT ROLE z_writer FOR z_member@'%'",
  "CREATE USER z_admin@'%' IDENTIFIED BY 'zpw-admin'",
  "GRANT z_reader TO z_admin@'%' WITH ADMIN OPTION",
  "GRANT `ro``le's` TO z_admin@'%' WITH ADMIN OPTION",
  "CREATE USER z_proxied@'%' IDENTIFIED BY 'zpw-proxied'",
  "GRANT SELECT, INSERT ON app.* TO z_proxied@'%'",
  "CREATE USER z_proxy@'%' IDENTIFIED BY 'zpw-proxy'",
  "GRANT PROXY ON z_proxied@'%' TO z_proxy@'%'",
  "CREATE USER z_proxy2@'%' IDENTIFIED BY 'zpw-proxy2'",
  "GRANT PROXY ON z_proxied@'%' TO z_proxy2@'%' WITH GRANT OPTION",
  "CREATE USER z_monitor@'%' IDENTIFIED BY 'zpw-monitor'",
  "GRANT PROCESS, BINLOG MONITOR, SLAVE MONITOR ON *.* TO z_monitor@'%'",
  'GRANT SELECT, INSERT ON test.* TO PUBLIC',
];

/** Accounts and roles of awkward shapes. */
export const ZOO: readonly string[] = isMysql ? MYSQL_ZOO : MARIADB_ZOO;

/** Puts the zoo on the lab's master; its replicas get it through replication. */
export async function stockZoo(master: LabServer): Promise<void> {
  await master.adminAll([...ZOO_OBJECTS, ...(isMysql ? await alwaysTheSame(master, ZOO) : ZOO)]);
}

/** Every account and role with all it may do, as SHOW GRANTS and SHOW CREATE USER print it, in a stable order. */
export function rightsOf(server: LabServer): Promise<Record<string, string[]>> {
  return server.inOneSession(async (ask) => {
    const found: Record<string, string[]> = {};
    for (const { name, role, user, second } of await ask(isMysql ? MYSQL_NAMES : MARIADB_NAMES)) {
      const who = user === 'PUBLIC' ? 'PUBLIC' : String(name);
      const grants = await lines(ask, `SHOW GRANTS FOR ${who}`);
      const created = role === 'Y' ? [] : await lines(ask, `SHOW CREATE USER ${who}`);
      const login = created.map((line) => (LABS_OWN.has(String(user)) ? withoutSalt(line) : line));
      found[who] = [...grants.sort(), ...login, ...(second ? [String(second)] : [])];
    }
    return found;
  });
}

/** Each server of a lab has made these itself, and on MySQL with a salt of its own. */
const LABS_OWN = new Set<string>(Object.values(accounts).map((account) => account.user));

function withoutSalt(created: string): string {
  return isMysql ? created.replace(/ AS '.*?' (?=REQUIRE)/s, ' ') : created;
}

const MARIADB_NAMES =
  "SELECT IF(is_role = 'Y', CONCAT('`', REPLACE(User, '`', '``'), '`'), CONCAT(QUOTE(User), '@', QUOTE(Host))) AS name, " +
  'is_role AS role, User AS user FROM mysql.user';

/** SHOW CREATE USER does not tell of a second password. */
const MYSQL_NAMES =
  "SELECT CONCAT(QUOTE(User), '@', QUOTE(Host)) AS name, 'N' AS role, User AS user, " +
  "JSON_EXTRACT(User_attributes, '$.additional_password') AS second FROM mysql.user";

/** An account that the server ignores (skip_name_resolve) answers with the same error before and after. */
async function lines(ask: Ask, sql: string): Promise<string[]> {
  const rows = await ask(sql).catch((error: Error) => [{ error: error.message }]);
  return rows.map((row) => String(Object.values(row)[0]));
}

/** Every event with what it is, its status apart. */
export async function eventsOf(server: LabServer): Promise<{ name: string; status: string; rest: string }[]> {
  const rows = await server.admin(
    "SELECT CONCAT(EVENT_SCHEMA, '.', EVENT_NAME) AS name, STATUS AS status, CONCAT_WS('|', DEFINER, EVENT_DEFINITION, " +
      'INTERVAL_VALUE, INTERVAL_FIELD, SQL_MODE, TIME_ZONE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION) AS rest ' +
      'FROM information_schema.EVENTS ORDER BY 1',
  );
  return rows.map((r) => ({ name: String(r.name), status: String(r.status), rest: String(r.rest) }));
}
