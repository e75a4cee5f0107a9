import { type Account, accountSql } from '../../../base/account.ts';
import type { Blocked } from '../shutOut/blocked.ts';
import { type Grant, grantSql, revokeHead, revokeSql, rolesSql } from './grant.ts';

/** Accounts in a statement: measured ten times faster than one by one. */
export const ACCOUNTS = 1000;

/** The statements that give a blocked account everything again. */
export function regrantStatements(blocked: Blocked): string[] {
  const grants = blocked.grants.map((grant) => grantSql(grant, blocked.account));
  return blocked.method === 'revoke' ? grants : [...grants, unlock(blocked.account)];
}

/** {@link revokeAlike} pays off from MANY accounts on, of which ALIKE have the same right. */
const MANY = 500;
const ALIKE = 20;

/**
 * Revokes what many accounts have in common on a database or a table: REVOKE ALL searches every right of the server for each
 * account (this halves the time at 10,000 accounts, measured on MariaDB 10.11 and MySQL 9.7). Whatever is refused,
 * {@link blockStatements} revokes.
 */
export function revokeAlike(blocked: readonly Blocked[]): string[] {
  const revoked = blocked.filter((b) => b.method !== 'lock' && b.account.kind === 'user');
  if (revoked.length < MANY) return [];
  const alike = new Map<string, Blocked[]>();
  for (const b of revoked) {
    for (const head of b.grants.filter(isOnOneThing).map(revokeHead)) {
      const others = alike.get(head);
      if (others) others.push(b);
      else alike.set(head, [b]);
    }
  }
  const common = [...alike].filter(([, some]) => some.length >= ALIKE);
  return common.flatMap(([head, some]) => lists(some, (accounts) => `${head} FROM ${accounts}`));
}

function isOnOneThing(grant: Grant): grant is Extract<Grant, { kind: 'privileges' }> {
  return grant.kind === 'privileges' && grant.on.db !== '*';
}

/** The statements that shut all these accounts out, many accounts in a statement. */
export function blockStatements(blocked: readonly Blocked[]): string[] {
  const users = blocked.filter((b) => b.account.kind !== 'public');
  const lock = users.filter((b) => b.method !== 'revoke');
  const revoke = users.filter((b) => b.method !== 'lock');
  return [
    ...lists(revoke, (accounts) => `REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${accounts}`),
    ...lists(lock, (accounts) => `ALTER USER ${accounts} ACCOUNT LOCK`),
    ...revokeRoles(revoke),
    ...blocked.flatMap(revokedOneByOne),
  ];
}

/** On MySQL, where roles have hosts, REVOKE ALL keeps them. Accounts with the same roles share a statement. */
function revokeRoles(blocked: readonly Blocked[]): string[] {
  const alike = new Map<string, Blocked[]>();
  for (const b of blocked) {
    const roles = b.grants.flatMap((g) => (g.kind === 'role' && g.role.host !== '' ? [g.role] : []));
    if (roles.length > 0) alike.set(rolesSql(roles), [...(alike.get(rolesSql(roles)) ?? []), b]);
  }
  return [...alike].flatMap(([roles, some]) => lists(some, (accounts) => `REVOKE ${roles} FROM ${accounts}`));
}

/** REVOKE ALL keeps PROXY, and is not possible for PUBLIC. */
function revokedOneByOne({ account, method, grants }: Blocked): string[] {
  if (method === 'lock') return [];
  return grants.flatMap((grant) => {
    const alone = grant.kind === 'proxy' || (grant.kind === 'privileges' && account.kind === 'public');
    return alone ? [revokeSql(grant, account)] : [];
  });
}

function lists(blocked: readonly Blocked[], statement: (accounts: string) => string): string[] {
  const found: string[] = [];
  for (let at = 0; at < blocked.length; at += ACCOUNTS) {
    const some = blocked.slice(at, at + ACCOUNTS);
    found.push(statement(some.map((b) => accountSql(b.account)).join(', ')));
  }
  return found;
}

/** With IF EXISTS, since in the binlog it must not stop a replica that lacks the account. */
export function unlock(...accounts: readonly Account[]): string {
  return `ALTER USER IF EXISTS ${accounts.map(accountSql).join(', ')} ACCOUNT UNLOCK`;
}
