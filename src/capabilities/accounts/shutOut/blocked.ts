import type { Account } from '../../../base/account.ts';
import type { Grant } from '../grants/grant.ts';

/** How accounts are shut out: their rights taken, ACCOUNT LOCK, or both. */
export type BlockMethod = 'revoke' | 'lock' | 'both';

/** An account that is shut out, and what is needed to let it in again. No password is touched. */
export interface Blocked {
  readonly account: Account;
  readonly method: BlockMethod;
  /** What was taken; none where it is locked only. */
  readonly grants: readonly Grant[];
}
