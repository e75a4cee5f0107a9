import { accountSql } from '../../base/account.ts';
import { type Grant, type GrantObject, givesNothing, grantKey, type Privilege } from './grant.ts';

/**
 * What of a right is not among those that are held; undefined if all of it is. The server shows everything on one object in
 * one row, so a right that was added later is in the same row: rows are compared by what they give, never as a whole.
 */
export function lackingOf(wanted: Grant, held: readonly Grant[]): Grant | undefined {
  if (givesNothing(wanted)) return undefined;
  if (wanted.kind === 'privileges') return lackingPrivileges(wanted, held);
  if (wanted.kind === 'default roles') return lackingDefaults(wanted, held);
  return held.some((grant) => gives(grant, wanted)) ? undefined : wanted;
}

/** What of a right is among those that are held; undefined if nothing is. */
export function commonOf(wanted: Grant, held: readonly Grant[]): Grant | undefined {
  if (lackingOf(wanted, held) === undefined) return wanted;
  if (wanted.kind !== 'privileges') return undefined;
  const rows = held.filter((g) => g.kind === 'privileges' && sameObject(g.on, wanted.on)) as Privileges[];
  const all = wanted.privileges.some((p) => p.name === 'ALL PRIVILEGES');
  const there = rows.flatMap((row) => row.privileges);
  const privileges = all ? there : wanted.privileges.filter((p) => there.some((q) => includes(q, p)));
  if (privileges.length === 0) return undefined;
  return { ...wanted, privileges, grantOption: wanted.grantOption && rows.some((row) => row.grantOption) };
}

type Privileges = Extract<Grant, { kind: 'privileges' }>;
type Defaults = Extract<Grant, { kind: 'default roles' }>;

function lackingPrivileges(wanted: Privileges, held: readonly Grant[]): Grant | undefined {
  const rows = held.filter((g) => g.kind === 'privileges' && sameObject(g.on, wanted.on)) as Privileges[];
  const enough = rows.filter((row) => row.grantOption || !wanted.grantOption);
  const lacking = wanted.privileges.filter((p) => !enough.some((row) => row.privileges.some((q) => includes(q, p))));
  const onlyOption = wanted.privileges.every((p) => p.name === 'USAGE');
  if (onlyOption) return enough.length > 0 ? undefined : wanted;
  return lacking.length > 0 ? { ...wanted, privileges: lacking } : undefined;
}

function includes(held: Privilege, wanted: Privilege): boolean {
  if (held.name !== wanted.name && held.name !== 'ALL PRIVILEGES') return false;
  if (held.columns.length === 0) return true;
  return wanted.columns.length > 0 && wanted.columns.every((column) => held.columns.includes(column));
}

function sameObject(a: GrantObject, b: GrantObject): boolean {
  return a.type === b.type && a.db === b.db && a.name === b.name;
}

/** ALTER USER … DEFAULT ROLE replaces the list: those that are there already stay in it. */
function lackingDefaults(wanted: Defaults, held: readonly Grant[]): Grant | undefined {
  const there = held.flatMap((g) => (g.kind === 'default roles' ? g.roles : []));
  const all = new Map([...there, ...wanted.roles].map((role) => [accountSql(role), role]));
  return all.size > there.length ? { ...wanted, roles: [...all.values()] } : undefined;
}

/** Roles, proxies and partial revokes; with the right to hand them on is more than without. */
function gives(held: Grant, wanted: Grant): boolean {
  if (held.kind === 'role' && wanted.kind === 'role' && held.adminOption)
    return accountSql(held.role) === accountSql(wanted.role);
  if (held.kind === 'proxy' && wanted.kind === 'proxy' && held.grantOption)
    return accountSql(held.on) === accountSql(wanted.on);
  return grantKey(held) === grantKey(wanted);
}
