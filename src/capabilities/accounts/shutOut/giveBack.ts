import { inPackets } from '../../../adapters/mysql/packets.ts';
import type { Session } from '../../../adapters/mysql/session.ts';
import { type Account, accountName, quote } from '../../../base/account.ts';
import { type Grant, grantKey } from '../grants/grant.ts';

/**
 * Why `giver` could not grant this again after a revoke; undefined if it could. On MariaDB CREATE USER suffices to revoke
 * roles and proxies, but granting them takes the ADMIN OPTION of the role, or a proxy with GRANT OPTION. On MySQL an account
 * with restrictions would pass them on.
 */
export function cannotGive(grant: Grant, giver: readonly Grant[]): string | undefined {
  if (grant.kind === 'default roles') return undefined;
  if (grant.kind === 'restriction') return 'a partial revoke';
  if (grant.kind === 'role')
    return givesRole(grant.role, giver) ? undefined : `no ADMIN OPTION for ${accountName(grant.role)}`;
  if (grant.kind === 'proxy') return giver.some(givesAnyProxy) ? undefined : 'no PROXY privilege with GRANT OPTION';
  if (giver.some((g) => g.kind === 'restriction')) return 'partial revokes of its own';
  const lacking = notGrantable(grant, giver);
  return lacking.length === 0 ? undefined : `${lacking.join(', ')} cannot be granted`;
}

function givesAnyProxy(g: Grant): boolean {
  return g.kind === 'proxy' && g.grantOption && g.on.user === '' && /^%?$/.test(g.on.host);
}

/** The global privileges that `giver` would need, with GRANT OPTION, to grant this, but lacks. */
export function notGrantable(grant: Extract<Grant, { kind: 'privileges' }>, giver: readonly Grant[]): string[] {
  const names = new Set(giver.flatMap(grantable));
  if (names.has('ALL PRIVILEGES')) return [];
  const onMysql = giver.some((g) => g.kind === 'privileges' && g.privileges.some((p) => MYSQL_ONLY.test(p.name)));
  const all = onMysql ? ALL_ON_A_DATABASE : ['ALL PRIVILEGES'];
  const wanted = grant.privileges.flatMap((p) => (p.name === 'ALL PRIVILEGES' ? all : [p.name]));
  const lacking = wanted.filter((name) => name !== 'USAGE' && !names.has(name));
  return lacking.length === 0 && names.size === 0 ? ['GRANT OPTION'] : lacking;
}

/**
 * MySQL 8 lists global privileges one by one, and ALL PRIVILEGES only on a database or a table. On MariaDB only global ALL
 * PRIVILEGES suffices to grant it: it includes more with each version (DELETE HISTORY: 1044, seen on MariaDB 10.11).
 */
const ALL_ON_A_DATABASE = [
  ...['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP', 'REFERENCES', 'INDEX', 'ALTER', 'LOCK TABLES'],
  ...['CREATE TEMPORARY TABLES', 'EXECUTE', 'CREATE VIEW', 'SHOW VIEW', 'CREATE ROUTINE', 'ALTER ROUTINE'],
  ...['EVENT', 'TRIGGER'],
];

/** Dynamic privileges, and one that came with them. */
const MYSQL_ONLY = /^(CREATE ROLE|[A-Z]+(_[A-Z]+)+)$/;

/** ROLE_ADMIN is MySQL's. */
function givesRole(role: Account, giver: readonly Grant[]): boolean {
  return giver.some((g) => {
    if (g.kind === 'role') return g.adminOption && g.role.user === role.user && g.role.host === role.host;
    return g.kind === 'privileges' && g.on.db === '*' && g.privileges.some((p) => p.name === 'ROLE_ADMIN');
  });
}

/** What a global grant lets its holder grant to others. */
function grantable(grant: Grant): string[] {
  if (grant.kind !== 'privileges' || !grant.grantOption || grant.on.db !== '*') return [];
  return ['USAGE', ...grant.privileges.map((p) => p.name)];
}

/**
 * The keys (`grantKey`) of the grants that this server would refuse because their object is gone: a dropped table or column
 * keeps its grants, but GRANT fails (1146, 1054) unless CREATE is among the privileges.
 */
export async function onMissingObjects(session: Session, grants: readonly Grant[]): Promise<ReadonlySet<string>> {
  const checks = new Map<string, Grant[]>();
  for (const grant of grants) {
    for (const sql of existence(grant)) checks.set(sql, [...(checks.get(sql) ?? []), grant]);
  }
  const queries = [...checks.keys()];
  const answers = await inPackets(session, queries);
  const gone = queries.filter((_, i) => {
    const answer = answers[i];
    return !answer || 'failed' in answer || answer.rows.length === 0;
  });
  return new Set(gone.flatMap((sql) => checks.get(sql) ?? []).map(grantKey));
}

function existence(grant: Grant): string[] {
  if (grant.kind !== 'privileges' || grant.on.name === '*') return [];
  const { type, db, name } = grant.on;
  if (type !== 'TABLE') {
    const routine = `ROUTINE_SCHEMA = ${quote(db)} AND ROUTINE_NAME = ${quote(name)}`;
    return [`SELECT 1 FROM information_schema.ROUTINES WHERE ${routine} LIMIT 1`];
  }
  const columns = [...new Set(grant.privileges.flatMap((p) => p.columns))];
  const table = `TABLE_SCHEMA = ${quote(db)} AND TABLE_NAME = ${quote(name)}`;
  if (columns.length === 0) {
    const creates = grant.privileges.some((p) => p.name === 'CREATE' || p.name === 'ALL PRIVILEGES');
    return creates ? [] : [`SELECT 1 FROM information_schema.TABLES WHERE ${table}`];
  }
  return columns.map((c) => `SELECT 1 FROM information_schema.COLUMNS WHERE ${table} AND COLUMN_NAME = ${quote(c)}`);
}
