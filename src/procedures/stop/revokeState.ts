import type { Blocked } from '../../capabilities/accounts/blocked.ts';
import type { Ages, Lacked } from '../../capabilities/accounts/since.ts';

/** What must be known to let everybody in again. Journals of older versions have `blocked` only. */
export interface RevokeState {
  readonly blocked: readonly Blocked[];
  /** What the new master lacked of it before. */
  readonly lacked?: Lacked;
  readonly ages?: { readonly orig: Ages; readonly next: Ages };
}

/** The name that `start` and recovery look the revoked accounts up by. */
export const REVOKE = 'revoke';
