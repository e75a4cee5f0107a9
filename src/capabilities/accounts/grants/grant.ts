import { type Account, accountSql, identifier } from '../../../base/account.ts';

/** One privilege; without columns it holds for all of them. */
export interface Privilege {
  readonly name: string;
  readonly columns: readonly string[];
}

/** The object of a privilege: `type` is TABLE, FUNCTION, PROCEDURE, …; `db` or `name` is `*` for all. */
export interface GrantObject {
  readonly type: string;
  readonly db: string;
  readonly name: string;
}

/** One right as SHOW GRANTS lists it, without MariaDB's password and limits in the same row. */
export type Grant =
  | {
      readonly kind: 'privileges';
      readonly privileges: readonly Privilege[];
      readonly on: GrantObject;
      readonly grantOption: boolean;
    }
  | { readonly kind: 'proxy'; readonly on: Account; readonly grantOption: boolean }
  | { readonly kind: 'role'; readonly role: Account; readonly adminOption: boolean }
  /** MySQL 8: the roles that are active after login; revoked together with the roles themselves. */
  | { readonly kind: 'default roles'; readonly roles: readonly Account[] }
  /** MySQL 8: a partial revoke, which excludes one database from global privileges. */
  | { readonly kind: 'restriction'; readonly privileges: readonly Privilege[]; readonly on: GrantObject };

/** What GRANT takes in every sql_mode; PACKAGE is a syntax error outside ORACLE mode (seen on MariaDB 10.11). */
export const GRANTABLE_ON = ['TABLE', 'FUNCTION', 'PROCEDURE'] as const;

/** True for words that may stand in a statement unquoted, a privilege or a kind of object: none may continue the statement. */
export function isWords(text: string): boolean {
  const words = text.split(' ');
  return words.length <= 6 && words.every((word) => /^[A-Z][A-Z0-9_]{0,63}$/.test(word) && !GOING_ON.has(word));
}

const GOING_ON = new Set(['ON', 'TO', 'FROM', 'WITH', 'AS', 'IDENTIFIED', 'REQUIRE', 'PROXY', 'FOR', 'USING']);

/** @throws Error unless these are such words: nothing else reaches SQL unquoted. */
function words(text: string): string {
  if (isWords(text)) return text;
  throw new Error(`${JSON.stringify(text.slice(0, 60))} is no privilege and no kind of object`);
}

/** The statement that gives this right. */
export function grantSql(grant: Grant, to: Account): string {
  if (grant.kind === 'default roles') return `ALTER USER ${accountSql(to)} DEFAULT ROLE ${rolesSql(grant.roles)}`;
  if (grant.kind === 'restriction') return `REVOKE ${what(grant)} FROM ${accountSql(to)}`;
  return grantToAll(grant, [to]);
}

/** The statement that gives this right to all these accounts. */
export function grantToAll(grant: Exclude<Grant, { kind: 'default roles' | 'restriction' }>, to: readonly Account[]) {
  return `GRANT ${what(grant)} TO ${to.map(accountSql).join(', ')}${withOption(grant)}`;
}

export function rolesSql(roles: readonly Account[]): string {
  return roles.map(accountSql).join(', ');
}

/** Revokes this right, including its GRANT OPTION. */
export function revokeSql(grant: Extract<Grant, { kind: 'proxy' | 'privileges' }>, from: Account): string {
  return `${revokeHead(grant)} FROM ${accountSql(from)}`;
}

/** As {@link revokeSql}, without FROM. */
export function revokeHead(grant: Extract<Grant, { kind: 'proxy' | 'privileges' }>): string {
  if (grant.kind === 'proxy') return `REVOKE ${what(grant)}`;
  const privileges = `${grant.privileges.map(privilegeSql).join(', ')}${grant.grantOption ? ', GRANT OPTION' : ''}`;
  return `REVOKE ${privileges} ON ${objectSql(grant.on)}`;
}

/** True for USAGE, which every account has. */
export function givesNothing(grant: Grant): boolean {
  return grant.kind === 'privileges' && !grant.grantOption && grant.privileges.every((p) => p.name === 'USAGE');
}

/** Equal for two grants of the same rights, in whatever order the server listed privileges and columns. */
export function grantKey(grant: Grant): string {
  if (grant.kind === 'default roles') return `DEFAULT ROLE ${grant.roles.map(accountSql).sort().join(', ')}`;
  if (grant.kind === 'restriction') return `REVOKE ${what(grant)}`;
  if (grant.kind !== 'privileges') return `${what(grant)}${withOption(grant)}`;
  const privileges = grant.privileges.map((p) => `${p.name}(${[...p.columns].sort().join('\0')})`).sort();
  return `${privileges.join(',')} ON ${objectSql(grant.on)}${withOption(grant)}`;
}

/** MySQL's dynamic privileges have their own rows, and each its own GRANT OPTION. */
const DYNAMIC = /^[A-Z]+(_[A-Z]+)+$/;

/** The global privileges, including GRANT OPTION. */
export function globalPrivileges(grants: readonly Grant[]): Set<string> {
  const found = new Set<string>();
  for (const grant of grants) {
    if (grant.kind !== 'privileges' || grant.on.db !== '*') continue;
    for (const { name } of grant.privileges) found.add(name);
    if (grant.grantOption && !grant.privileges.every((p) => DYNAMIC.test(p.name))) found.add('GRANT OPTION');
  }
  return found;
}

function what(grant: Exclude<Grant, { kind: 'default roles' }>): string {
  if (grant.kind === 'proxy') return `PROXY ON ${accountSql(grant.on)}`;
  if (grant.kind === 'role') return accountSql(grant.role);
  return `${grant.privileges.map(privilegeSql).join(', ')} ON ${objectSql(grant.on)}`;
}

function withOption(grant: Extract<Grant, { kind: 'proxy' | 'role' | 'privileges' }>): string {
  if (grant.kind === 'role') return grant.adminOption ? ' WITH ADMIN OPTION' : '';
  return grant.grantOption ? ' WITH GRANT OPTION' : '';
}

function privilegeSql(privilege: Privilege): string {
  if (privilege.columns.length === 0) return words(privilege.name);
  return `${words(privilege.name)} (${privilege.columns.map(identifier).join(', ')})`;
}

function objectSql(on: GrantObject): string {
  const part = (name: string) => (name === '*' ? '*' : identifier(name));
  return `${on.type === 'TABLE' ? '' : `${words(on.type)} `}${part(on.db)}.${part(on.name)}`;
}
