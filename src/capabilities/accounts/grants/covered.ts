import { type Account, accountSql } from '../../../base/account.ts';
import { type Grant, type GrantObject, givesNothing, grantKey, type Privilege } from './grant.ts';

/**
 * The part of a right that is not held; undefined if all of it is. Rows are compared by what they give, never as a whole,
 * since a right that was added later on the same object is in the same row.
 */
export function lackingOf(wanted: Grant, held: readonly Grant[]): Grant | undefined {
  if (givesNothing(wanted)) return undefined;
  if (wanted.kind === 'privileges') return lackingPrivileges(wanted, held);
  if (wanted.kind === 'default roles') return lackingDefaults(wanted, held);
  return held.some((grant) => gives(grant, wanted)) ? undefined : wanted;
}

/** The part of a right that is held: perhaps one part with GRANT OPTION and one without. */
export function commonOf(wanted: Grant, held: readonly Grant[]): Grant[] {
  if (lackingOf(wanted, held) === undefined) return [wanted];
  if (wanted.kind === 'privileges') return commonPrivileges(wanted, held);
  if (wanted.kind === 'default roles') return commonDefaults(wanted, held);
  const less = withoutOption(wanted);
  return less && lackingOf(less, held) === undefined ? [less] : [];
}

type Privileges = Extract<Grant, { kind: 'privileges' }>;
type Defaults = Extract<Grant, { kind: 'default roles' }>;

function lackingPrivileges(wanted: Privileges, held: readonly Grant[]): Grant | undefined {
  const enough = rowsOn(wanted.on, held).filter((row) => row.grantOption || !wanted.grantOption);
  if (wanted.privileges.every((p) => p.name === 'USAGE')) return enough.length > 0 ? undefined : wanted;
  const there = enough.flatMap((row) => row.privileges);
  const lacking = wanted.privileges.flatMap((p) => lackingPrivilege(p, there) ?? []);
  return lacking.length > 0 ? { ...wanted, privileges: lacking } : undefined;
}

function commonPrivileges(wanted: Privileges, held: readonly Grant[]): Grant[] {
  const rows = rowsOn(wanted.on, held);
  const among = (some: readonly Privileges[]) => {
    const there = some.flatMap((row) => row.privileges);
    return wanted.privileges.flatMap((p) => commonPrivilege(p, there));
  };
  const both = wanted.grantOption ? among(rows.filter((row) => row.grantOption)) : [];
  const rest = among(rows).flatMap((p) => lackingPrivilege(p, both) ?? []);
  const parts = [
    { ...wanted, privileges: both },
    { ...wanted, privileges: rest, grantOption: false },
  ];
  return parts.filter((part) => part.privileges.length > 0 && !givesNothing(part));
}

function rowsOn(on: GrantObject, held: readonly Grant[]): Privileges[] {
  return held.filter((g): g is Privileges => g.kind === 'privileges' && sameObject(g.on, on));
}

/** On the whole table, so also on each of its columns. */
const isWhole = ({ columns }: Privilege) => columns.length === 0;

function lackingPrivilege(wanted: Privilege, there: readonly Privilege[]): Privilege | undefined {
  const { whole, columns } = sameName(wanted, there);
  if (whole) return undefined;
  if (isWhole(wanted)) return wanted;
  const lacking = wanted.columns.filter((column) => !columns.includes(column));
  return lacking.length > 0 ? { ...wanted, columns: lacking } : undefined;
}

function commonPrivilege(wanted: Privilege, there: readonly Privilege[]): Privilege[] {
  if (wanted.name === 'ALL PRIVILEGES') return [...there];
  const { whole, columns } = sameName(wanted, there);
  if (whole) return [wanted];
  const common = isWhole(wanted) ? columns : wanted.columns.filter((column) => columns.includes(column));
  return common.length > 0 ? [{ ...wanted, columns: common }] : [];
}

function sameName({ name }: Privilege, there: readonly Privilege[]): { whole: boolean; columns: readonly string[] } {
  const fitting = there.filter((held) => held.name === name || held.name === 'ALL PRIVILEGES');
  return { whole: fitting.some(isWhole), columns: [...new Set(fitting.flatMap(({ columns }) => columns))] };
}

function sameObject(a: GrantObject, b: GrantObject): boolean {
  return a.type === b.type && a.db === b.db && a.name === b.name;
}

/** ALTER USER … DEFAULT ROLE replaces the list, so the present ones are included. */
function lackingDefaults(wanted: Defaults, held: readonly Grant[]): Grant | undefined {
  const there = defaultsIn(held);
  if (wanted.roles.every((role) => there.has(accountSql(role)))) return undefined;
  const all = new Map([...there, ...wanted.roles.map((role) => [accountSql(role), role] as const)]);
  return { ...wanted, roles: [...all.values()] };
}

function commonDefaults(wanted: Defaults, held: readonly Grant[]): Grant[] {
  const there = defaultsIn(held);
  const roles = wanted.roles.filter((role) => there.has(accountSql(role)));
  return roles.length > 0 ? [{ ...wanted, roles }] : [];
}

function defaultsIn(held: readonly Grant[]): Map<string, Account> {
  const roles = held.flatMap((g) => (g.kind === 'default roles' ? g.roles : []));
  return new Map(roles.map((role) => [accountSql(role), role]));
}

/** The same without GRANT or ADMIN OPTION; undefined if it has none. */
function withoutOption(grant: Grant): Grant | undefined {
  if (grant.kind === 'role' && grant.adminOption) return { ...grant, adminOption: false };
  if (grant.kind === 'proxy' && grant.grantOption) return { ...grant, grantOption: false };
  return undefined;
}

/** For roles, proxies and partial revokes; GRANT or ADMIN OPTION includes the right without it. */
function gives(held: Grant, wanted: Grant): boolean {
  const less = withoutOption(held);
  return [held, less ?? held].some((grant) => grantKey(grant) === grantKey(wanted));
}
