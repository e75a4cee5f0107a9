import { list, named, object, optional, text } from '../../base/schema.ts';
import type { Blocked } from '../../capabilities/accounts/shutOut/blocked.ts';
import { blocked } from '../../capabilities/accounts/shutOut/parseCaptured.ts';
import type { Ages, Lacked } from '../../capabilities/accounts/shutOut/since.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';

/** What must be known to let everybody in again. Journals of older versions have `blocked` only. */
export interface RevokeState {
  readonly blocked: readonly Blocked[];
  /** What the new master lacked of it before. */
  readonly lacked?: Lacked | undefined;
  readonly ages?: { readonly orig: Ages; readonly next: Ages } | undefined;
}

/** The name that `start` and recovery look the revoked accounts up by. */
export const REVOKE = 'revoke';

const state = object<RevokeState>({
  blocked: list(blocked),
  lacked: optional(list(text(10_000))),
  ages: optional(object({ orig: named(text(100)), next: named(text(100)) })),
});

/**
 * What a journal says, as data of which statements are made anew.
 * @throws Error that names the first thing that is of another form.
 */
export function parseRevokeState(captured: unknown): RevokeState {
  return state(captured, '');
}

/** Whom the switch of this journal shut out. @throws as {@link parseRevokeState}. */
export function revokeStateIn(journal: Journal | undefined): RevokeState {
  const captured = journal?.captured(REVOKE);
  return captured === undefined ? { blocked: [] } : parseRevokeState(captured);
}
