import type { Blocked } from '../../capabilities/accounts/blocked.ts';
import type { JournalData } from '../../capabilities/journal.ts';

/** What a switch did, in numbers; undefined where the record is of a version that did not count it. */
export interface Tally {
  readonly accounts: number;
  /** Of these, locked only. */
  readonly locked: number;
  readonly grants: number;
  readonly events: number;
  readonly sessions: number | undefined;
  /** Of these, with work in hand when the time was over. */
  readonly atWork: number | undefined;
}

export const REVOKE_STEP = 'revoke';

export function tallyOf(data: JournalData): Tally {
  const blocked = blockedIn(data);
  const events = capturedBy(data, 'events off');
  const drained = data.steps.find((step) => step.name === 'drain')?.counts;
  return {
    accounts: blocked.length,
    locked: blocked.filter((b) => b.method === 'lock').length,
    grants: blocked.reduce((sum, b) => sum + (b.method === 'lock' ? 0 : (b.grants?.length ?? 0)), 0),
    events: Array.isArray(events) ? events.length : 0,
    sessions: drained?.ended,
    atWork: drained?.atWork,
  };
}

/** The accounts that were shut out. */
export function blockedIn(data: JournalData): readonly Blocked[] {
  const { blocked } = (capturedBy(data, REVOKE_STEP) ?? {}) as { blocked?: readonly Blocked[] };
  return Array.isArray(blocked) ? blocked : [];
}

function capturedBy(data: JournalData, name: string): unknown {
  return data.steps.find((step) => step.name === name)?.captured;
}
