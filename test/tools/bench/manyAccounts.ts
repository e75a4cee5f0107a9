import { isMysql } from '../lab/kind.ts';
import type { LabServer } from '../lab/server.ts';

/** The objects that {@link makeAccounts} gives rights on. */
export const OBJECTS = ['CREATE TABLE app.t (a INT)'];

/** What each account has. */
export const GRANTS = ['RELOAD, PROCESS ON *.*', 'SELECT, INSERT ON app.*', 'SELECT, UPDATE ON app.t'];

const NAME = "CONCAT('many', LPAD(n, 5, '0'))";
const HASH = isMysql
  ? '$A$005$THISISACOMBINATIONOFINVALIDSALTANDPASSWORDTHATMUSTNEVERBRBEUSED'
  : '*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19';
/** MariaDB's bits of RELOAD and PROCESS. */
const PRIV = JSON.stringify({ access: 64 + 256, plugin: 'mysql_native_password', authentication_string: HASH });

/**
 * Makes this many accounts and no others of their kind, each with three grants: RELOAD and PROCESS on everything, SELECT
 * and INSERT on a database, SELECT and UPDATE on a table. Straight into the server's tables, since CREATE USER and GRANT
 * would take minutes for ten thousand.
 */
export async function makeAccounts(server: LabServer, count: number): Promise<void> {
  const from = 'FROM app.numbers WHERE n < ?';
  const into = (table: string, columns: string, values: string) =>
    server.admin(`INSERT INTO mysql.${table} (${columns}) SELECT ${values} ${from}`, [count]);
  await numbers(server);
  const tables = [isMysql ? 'user' : 'global_priv', 'db', 'tables_priv'];
  for (const table of tables) await server.admin(`DELETE FROM mysql.${table} WHERE User LIKE 'many%'`);
  if (isMysql) {
    const columns =
      'Host, User, plugin, authentication_string, Reload_priv, Process_priv, ssl_cipher, x509_issuer, x509_subject';
    await into('user', columns, `'%', ${NAME}, 'caching_sha2_password', '${HASH}', 'Y', 'Y', '', '', ''`);
  } else await into('global_priv', 'Host, User, Priv', `'%', ${NAME}, '${PRIV}'`);
  await into('db', 'Host, Db, User, Select_priv, Insert_priv', `'%', 'app', ${NAME}, 'Y', 'Y'`);
  const columns = 'Host, Db, User, Table_name, Grantor, Table_priv, Column_priv';
  await into('tables_priv', columns, `'%', 'app', ${NAME}, 't', 'root@localhost', 'Select,Update', ''`);
  await server.admin('FLUSH PRIVILEGES');
}

async function numbers(server: LabServer): Promise<void> {
  const digits =
    '(SELECT 0 d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)';
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => `${digits} ${name}`);
  await server.admin('CREATE TABLE IF NOT EXISTS app.numbers (n INT PRIMARY KEY)');
  await server.admin(
    `INSERT IGNORE INTO app.numbers SELECT a.d + 10 * b.d + 100 * c.d + 1000 * d.d FROM ${a}, ${b}, ${c}, ${d}`,
  );
}
