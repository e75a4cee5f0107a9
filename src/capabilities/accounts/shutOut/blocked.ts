import type { Session } from '../../../adapters/mysql/session.ts';
import type { Account } from '../../../base/account.ts';
import type { Grant } from '../grants/grant.ts';
import { type AccountState, readStates } from '../read.ts';

/** How accounts are shut out: privileges revoked, ACCOUNT LOCK, or both. */
export type BlockMethod = 'revoke' | 'lock' | 'both';

/** An account that is shut out, and what it needs to be let in again. Its password is never changed. */
export interface Blocked {
  readonly account: Account;
  readonly method: BlockMethod;
  /** What was revoked; nothing if it is only locked. */
  readonly grants: readonly Grant[];
}

export const accountOf = ({ account }: Blocked): Account => account;

/** The states of these accounts, as far as being shut out concerns them. */
export function statesOf(session: Session, blocked: readonly Blocked[]): Promise<AccountState[]> {
  const lockedOrRoles = blocked.filter(
    (b) => b.method !== 'revoke' || b.grants.some((g) => g.kind === 'default roles'),
  );
  return readStates(session, blocked.map(accountOf), lockedOrRoles.map(accountOf));
}
