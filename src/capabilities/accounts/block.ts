import { failures, inPackets } from '../../adapters/mysql/packets.ts';
import type { Session } from '../../adapters/mysql/session.ts';
import { type Account, accountName, accountSql, quote } from '../../base/account.ts';
import { type Grant, givesNothing, grantKey, grantSql, revokeSql, rolesSql } from './grant.ts';
import { type AccountState, readStates } from './read.ts';

/** How accounts are shut out: their rights taken, ACCOUNT LOCK, or both. */
export type BlockMethod = 'revoke' | 'lock' | 'both';

/** An account that is shut out, and what is needed to let it in again. No password is touched. */
export interface Blocked {
  readonly account: Account;
  readonly method: BlockMethod;
  /** What was taken; none where it is locked only. */
  readonly grants: readonly Grant[];
}

/** Accounts a statement: measured ten times faster than one by one. */
const ACCOUNTS = 100;

/**
 * Takes every blocked account's rights on this server, many accounts a statement; where such a statement is refused,
 * each account in a statement of its own, so that one odd account does not hide behind another. Whether it worked is for {@link stillOpen} to tell. */
export async function block(session: Session, blocked: readonly Blocked[]): Promise<void> {
  const refused = failures(await inPackets(session, blockStatements(blocked)));
  if (refused.length > 0)
    await inPackets(
      session,
      blocked.flatMap((b) => blockStatements([b])),
    );
}

/**
 * The accounts that can still do something after {@link block}, in words; empty where everybody is shut out. PUBLIC may
 * hold what it was not to lose.
 */
export async function stillOpen(session: Session, blocked: readonly Blocked[]): Promise<string[]> {
  const states = await readStates(
    session,
    blocked.map((b) => b.account),
  );
  return states.flatMap((state, i) => {
    const why = opening(state, blocked[i]);
    return why ? [`${accountName(state.account)} ${why}`] : [];
  });
}

/** Locking is enough: what a locked account holds, nobody can use. */
function opening(state: AccountState, of: Blocked | undefined): string | undefined {
  if (of?.method !== 'revoke' && !state.locked) return 'is not locked';
  if (of?.method === 'lock') return undefined;
  const holds = held(state).some((g) => state.account.kind !== 'public' || owns(of, g));
  return state.unreadable ?? (holds ? 'still has its rights' : undefined);
}

/** The statements that give a blocked account everything again, whether it lacks it or not. */
export function regrantStatements(blocked: Blocked): string[] {
  const grants = blocked.grants.map((grant) => grantSql(grant, blocked.account));
  return blocked.method === 'revoke' ? grants : [...grants, unlock(blocked.account)];
}

/**
 * The statements that would give blocked accounts what they lack here. An account that this server does not have lacks
 * nothing; one that it has and denies (a host by name, skip_name_resolve) does.
 */
export async function missing(session: Session, blocked: readonly Blocked[]): Promise<string[]> {
  const states = await readStates(
    session,
    blocked.map((b) => b.account),
  );
  const denied = blocked.filter((b, i) => b.account.kind === 'user' && states[i]?.ignored);
  const gone = new Set(denied.length > 0 ? await withoutRow(session, denied) : []);
  return blocked.flatMap((b, i) => (gone.has(b) ? [] : missingOf(b, states[i])));
}

async function withoutRow(session: Session, denied: readonly Blocked[]): Promise<Blocked[]> {
  const answers = await inPackets(
    session,
    denied.map(({ account: { user, host } }) => {
      return `SELECT 1 FROM mysql.user WHERE User = ${quote(user)} AND Host = ${quote(host)}`;
    }),
  );
  return denied.filter((_, i) => {
    const answer = answers[i];
    return answer !== undefined && 'rows' in answer && answer.rows.length === 0;
  });
}

function missingOf(blocked: Blocked, state: AccountState | undefined): string[] {
  const there = new Set(state?.grants.map(grantKey));
  const grants = blocked.grants.filter((g) => !there.has(grantKey(g))).map((g) => grantSql(g, blocked.account));
  return blocked.method !== 'revoke' && state?.locked ? [...grants, unlock(blocked.account)] : grants;
}

function owns(blocked: Blocked | undefined, grant: Grant): boolean {
  return blocked?.grants.some((g) => grantKey(g) === grantKey(grant)) ?? false;
}

function held(state: AccountState): Grant[] {
  return state.grants.filter((grant) => !givesNothing(grant));
}

function blockStatements(blocked: readonly Blocked[]): string[] {
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

/** On MySQL, where roles have hosts, REVOKE ALL leaves them. Accounts of the same roles share a statement. */
function revokeRoles(blocked: readonly Blocked[]): string[] {
  const alike = new Map<string, Blocked[]>();
  for (const b of blocked) {
    const roles = b.grants.flatMap((g) => (g.kind === 'role' && g.role.host !== '' ? [g.role] : []));
    if (roles.length > 0) alike.set(rolesSql(roles), [...(alike.get(rolesSql(roles)) ?? []), b]);
  }
  return [...alike].flatMap(([roles, some]) => lists(some, (accounts) => `REVOKE ${roles} FROM ${accounts}`));
}

/** REVOKE ALL leaves PROXY alone, and PUBLIC does not take it. */
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

/** IF EXISTS: through the binlog it must not stop a replica that lacks the account. */
function unlock(account: Account): string {
  return `ALTER USER IF EXISTS ${accountSql(account)} ACCOUNT UNLOCK`;
}
