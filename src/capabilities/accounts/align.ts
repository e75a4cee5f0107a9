import { type Account, accountSql } from '../../base/account.ts';
import { withoutSalt } from './grants/compare.ts';
import { type Grant, givesNothing, grantKey, grantSql, revokeSql } from './grants/grant.ts';
import { type AccountState, effectiveGrants } from './read.ts';

/** The placeholder for a password: none is ever printed. */
export const PASSWORD = "IDENTIFIED BY '<its password>'";

/**
 * The statements, to be run by hand with the binlog off, that make an account on one server (`there`, undefined if it is
 * missing) the same as on another (`here`). A missing one is created locked, so that nobody gets in before it has its password.
 */
export function alignStatements(here: AccountState, there: AccountState | undefined): string[] {
  if (here.account.kind === 'public') return rightsStatements(here, there);
  if (!there || there.ignored) return [...created(here), ...rightsStatements(here, undefined), ...unlocked(here)];
  return [...rightsStatements(here, there), ...loginStatements(here, there)];
}

function created({ account }: AccountState): string[] {
  const name = accountSql(account);
  return [account.kind === 'role' ? `CREATE ROLE IF NOT EXISTS ${name}` : `CREATE USER ${name} ACCOUNT LOCK`];
}

function unlocked({ account, locked }: AccountState): string[] {
  if (account.kind === 'role') return [];
  return [`ALTER USER ${accountSql(account)} ${PASSWORD}${locked ? '' : ' ACCOUNT UNLOCK'}`];
}

/** First revokes what is too much, then grants all of the rest: a REVOKE may remove part of what should stay. */
function rightsStatements(here: AccountState, there: AccountState | undefined): string[] {
  const wanted = new Set(here.grants.map(grantKey));
  const had = new Set(there?.grants.map(grantKey));
  const extra = (there?.grants ?? []).filter((grant) => !givesNothing(grant) && !wanted.has(grantKey(grant)));
  const due = effectiveGrants(here).filter((grant) => extra.length > 0 || !had.has(grantKey(grant)));
  return [
    ...extra.map((grant) => taking(grant, here.account)),
    ...due.map((grant) => grantSql(grant, here.account)),
    ...defaultRole(here, there),
  ];
}

function taking(grant: Grant, from: Account): string {
  if (grant.kind === 'proxy' || grant.kind === 'privileges') return revokeSql(grant, from);
  if (grant.kind === 'role') return `REVOKE ${accountSql(grant.role)} FROM ${accountSql(from)}`;
  if (grant.kind === 'default roles') return `ALTER USER ${accountSql(from)} DEFAULT ROLE NONE`;
  return grantSql({ ...grant, kind: 'privileges', grantOption: false }, from);
}

/** MariaDB's, from its own row; MySQL's are among the grants. */
function defaultRole(here: AccountState, there: AccountState | undefined): string[] {
  if (here.defaultRole === (there?.defaultRole ?? '')) return [];
  return [here.defaultRole || `SET DEFAULT ROLE NONE FOR ${accountSql(here.account)}`];
}

function loginStatements(here: AccountState, there: AccountState): string[] {
  if (here.account.kind !== 'user') return [];
  if (here.locked !== there.locked) {
    return [`ALTER USER ${accountSql(here.account)} ACCOUNT ${here.locked ? 'LOCK' : 'UNLOCK'}`];
  }
  return loginOf(here) === loginOf(there) ? [] : [`ALTER USER ${accountSql(here.account)} ${PASSWORD}`];
}

/** Without MySQL's default roles, which are among the grants. */
function loginOf(state: AccountState): string {
  return withoutSalt(state).replace(/ DEFAULT ROLE .*? (?=REQUIRE )/s, ' ');
}
