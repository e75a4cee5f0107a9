import { failures, inPackets } from '../../../adapters/mysql/packets.ts';
import type { Session } from '../../../adapters/mysql/session.ts';
import { accountName, quote } from '../../../base/account.ts';
import { lackingOf } from '../grants/covered.ts';
import { type Grant, givesNothing, grantKey, grantSql } from '../grants/grant.ts';
import { blockStatements, revokeAlike, unlock } from '../grants/statements.ts';
import { type AccountState, readStates } from '../read.ts';
import type { Blocked } from './blocked.ts';

/**
 * Takes every blocked account's rights on this server, many accounts a statement; where such a statement is refused,
 * each account in a statement of its own, so that one odd account does not hide behind another. Whether it worked is
 * for {@link stillOpen} to tell.
 */
export async function block(session: Session, blocked: readonly Blocked[]): Promise<void> {
  await inPackets(session, revokeAlike(blocked));
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
  const gone = new Set(await withoutRow(session, denied));
  return blocked.flatMap((b, i) => (gone.has(b) ? [] : missingOf(b, states[i])));
}

/** Those of the blocked accounts that this server does not have (any more). */
export async function goneFrom(session: Session, blocked: readonly Blocked[]): Promise<Blocked[]> {
  return withoutRow(
    session,
    blocked.filter((b) => b.account.kind === 'user'),
  );
}

async function withoutRow(session: Session, denied: readonly Blocked[]): Promise<Blocked[]> {
  if (denied.length === 0) return [];
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
  const lacking = blocked.grants.flatMap((g) => lackingOf(g, state?.grants ?? []) ?? []);
  const grants = lacking.map((g) => grantSql(g, blocked.account));
  return blocked.method !== 'revoke' && state?.locked ? [...grants, unlock(blocked.account)] : grants;
}

function owns(blocked: Blocked | undefined, grant: Grant): boolean {
  return blocked?.grants.some((g) => grantKey(g) === grantKey(grant)) ?? false;
}

function held(state: AccountState): Grant[] {
  return state.grants.filter((grant) => !givesNothing(grant));
}
