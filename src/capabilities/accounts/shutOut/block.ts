import { failures, inPackets } from '../../../adapters/mysql/packets.ts';
import type { Session } from '../../../adapters/mysql/session.ts';
import { accountName, quote } from '../../../base/account.ts';
import { lackingOf } from '../grants/covered.ts';
import { type Grant, grantKey, grantSql } from '../grants/grant.ts';
import { blockStatements, revokeAlike, unlock } from '../grants/statements.ts';
import { type AccountState, effectiveGrants } from '../read.ts';
import { type Blocked, statesOf } from './blocked.ts';

/**
 * Shuts every blocked account out on this server, many accounts in a statement; if one is refused, each account in its own
 * statement, so that one odd account does not affect others. {@link notShutOut} verifies it.
 */
export async function block(session: Session, blocked: readonly Blocked[]): Promise<void> {
  await inPackets(session, revokeAlike(blocked));
  const refused = failures(await inPackets(session, blockStatements(blocked)));
  const oneByOne = () => blocked.flatMap((b) => blockStatements([b]));
  if (refused.length > 0) await inPackets(session, oneByOne());
}

/** The accounts that can still do something after {@link block}, in words. PUBLIC may keep what it was not to lose. */
export async function notShutOut(session: Session, blocked: readonly Blocked[]): Promise<string[]> {
  const states = await statesOf(session, blocked);
  return states.flatMap((state, i) => {
    const why = opening(state, blocked[i]);
    return why ? [`${accountName(state.account)} ${why}`] : [];
  });
}

/** Locking is enough: nobody can use the privileges of a locked account. */
function opening(state: AccountState, of: Blocked | undefined): string | undefined {
  if (of?.method !== 'revoke' && !state.locked) return 'is not locked';
  if (of?.method === 'lock') return undefined;
  const holds = effectiveGrants(state).some((g) => state.account.kind !== 'public' || owns(of, g));
  return state.unreadable ?? (holds ? 'still has its rights' : undefined);
}

/**
 * The statements that would give blocked accounts what they lack here. An account that is not in mysql.user lacks nothing;
 * one that is, but is unknown to the server (a host name with skip_name_resolve), does.
 */
export async function missing(session: Session, blocked: readonly Blocked[]): Promise<string[]> {
  const states = await statesOf(session, blocked);
  const denied = blocked.filter((b, i) => b.account.kind === 'user' && states[i]?.ignored);
  const gone = new Set(await withoutRow(session, denied));
  return blocked.flatMap((b, i) => (gone.has(b) ? [] : missingOf(b, states[i])));
}

/** The blocked users that this server does not have (any more). */
export async function goneFrom(session: Session, blocked: readonly Blocked[]): Promise<Blocked[]> {
  const users = blocked.filter((b) => b.account.kind === 'user');
  return withoutRow(session, users);
}

async function withoutRow(session: Session, denied: readonly Blocked[]): Promise<Blocked[]> {
  if (denied.length === 0) return [];
  const queries = denied.map(({ account: { user, host } }) => {
    return `SELECT 1 FROM mysql.user WHERE User = ${quote(user)} AND Host = ${quote(host)}`;
  });
  const answers = await inPackets(session, queries);
  return denied.filter((_, i) => {
    const answer = answers[i];
    return answer !== undefined && 'rows' in answer && answer.rows.length === 0;
  });
}

function missingOf(blocked: Blocked, state: AccountState | undefined): string[] {
  const lacking = blocked.grants.flatMap((g) => lackingOf(g, state?.grants ?? []) ?? []);
  const grants = lacking.map((g) => grantSql(g, blocked.account));
  return blocked.method !== 'revoke' && state?.locked ? [...grants, unlock(blocked.account)] : grants;
}

function owns(blocked: Blocked | undefined, grant: Grant): boolean {
  return blocked?.grants.some((g) => grantKey(g) === grantKey(grant)) ?? false;
}
