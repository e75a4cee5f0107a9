import { list, named, object, optional, text } from '../../base/schema.ts';
import type { Blocked } from '../../capabilities/accounts/shutOut/blocked.ts';
import { blocked } from '../../capabilities/accounts/shutOut/parseCaptured.ts';
import type { Ages, Lacked } from '../../capabilities/accounts/shutOut/since.ts';
import { parseEvents, type ScheduledEvent } from '../../capabilities/events/events.ts';
import type { Captured, Journal } from '../../capabilities/journal/journal.ts';

/** What is needed to let everybody in again. Journals of older versions have only `blocked`. */
export interface RevokeState {
  readonly blocked: readonly Blocked[];
  /** What the new master lacked of it. */
  readonly lacked?: Lacked | undefined;
  readonly ages?: { readonly orig: Ages; readonly next: Ages } | undefined;
}

const state = object<RevokeState>({
  blocked: list(blocked),
  lacked: optional(list(text(10_000))),
  ages: optional(object({ orig: named(text(100)), next: named(text(100)) })),
});

/** Whom `stop` shut out, as data, never as SQL. @throws Error that names the first malformed value. */
export const REVOKE: Captured<RevokeState> = { name: 'revoke', parse: (captured) => state(captured, '') };

/** The scheduled events that `stop` switched off at the original master. */
export const EVENTS_OFF: Captured<ScheduledEvent[]> = { name: 'events off', parse: parseEvents };

/** Whom the switch of this journal shut out. @throws as {@link REVOKE}. */
export function revokeStateIn(journal: Journal | undefined): RevokeState {
  return journal?.captured(REVOKE) ?? { blocked: [] };
}

/** The most grants that undoing this switch gives back; 0 if the journal is malformed: the undo then says why. */
export function grantsIn(journal: Journal): number {
  try {
    return revokeStateIn(journal).blocked.reduce((sum, { grants }) => sum + grants.length + 1, 0);
  } catch {
    return 0;
  }
}
