import { counted } from '../../base/text.ts';
import type { Blocked } from '../../capabilities/accounts/shutOut/blocked.ts';
import type { Counts, JournalData, StepRecord } from '../../capabilities/journal/data.ts';
import { lengthOf, number } from './numbers.ts';

/** What a switch did, in numbers; undefined if the version that wrote the record did not count them. */
export interface Tally {
  /** Shut out, and let in again. */
  readonly accounts: number;
  /** How many of these were only locked. */
  readonly locked: number;
  readonly grants: number;
  /** Scheduled events that moved to the new master. */
  readonly events: number;
  readonly sessions: number | undefined;
  /** About how many of them were in a transaction or a statement, as observed or by the server's count of rollbacks. */
  readonly atWork: number | undefined;
}

export const REVOKE_STEP = 'revoke';
const EVENTS_STEP = 'events off';

export function tallyOf(data: JournalData): Tally {
  const blocked = blockedIn(data);
  const lost = stepOf(data, 'look at new master')?.counts?.rolledBack;
  const ending = ['drain', 'end long work'].map((name) => stepOf(data, name)?.counts);
  const sessions = sum(ending.map((counts) => number(counts?.ended)));
  const atWork = sum(ending.map((counts) => number(counts?.atWork)));
  const switchedOn = data.start?.parts.find((part) => part.name === 'switching events on')?.counts?.events;
  return {
    accounts: blocked.length,
    locked: blocked.filter((b) => b.method === 'lock').length,
    grants: blocked.reduce((sum, b) => sum + (b.method === 'lock' ? 0 : (b.grants?.length ?? 0)), 0),
    events: listIn(stepOf(data, EVENTS_STEP)?.captured).length || (number(switchedOn) ?? 0),
    sessions,
    atWork: atWork === undefined ? undefined : Math.min(Math.max(atWork, number(lost) ?? 0), sessions ?? atWork),
  };
}

/** Undefined if the first is: the version that wrote the record did not count it. */
function sum([first, ...others]: readonly (number | undefined)[]): number | undefined {
  return first === undefined ? undefined : others.reduce<number>((total, n) => total + (n ?? 0), first);
}

export function blockedIn(data: JournalData): readonly Blocked[] {
  return blockedBy(stepOf(data, REVOKE_STEP));
}

/** The unused accounts that were shut out first, and the milliseconds that took; undefined if there were none. */
export function unusedPart({ name, counts }: StepRecord): { accounts: number; ms: number } | undefined {
  const [accounts, ms] = [number(counts?.unused), lengthOf(counts?.unusedMs)];
  return name === REVOKE_STEP && accounts && ms ? { accounts, ms } : undefined;
}

/** What a step of `stop` did, in words; empty if nothing was counted. */
export function stepDetail(step: StepRecord): string {
  const blocked = step.name === REVOKE_STEP ? blockedBy(step) : [];
  if (blocked.length > 0) {
    const locked = blocked.filter((b) => b.method === 'lock').length;
    return `${counted(blocked.length, 'account')}${locked > 0 ? `, ${locked} of them locked` : ''}`;
  }
  const events = step.name === EVENTS_STEP ? listIn(step.captured).length : 0;
  if (events > 0) return counted(events, 'event');
  const ended = number(step.counts?.ended);
  return ended === undefined ? '' : counted(ended, 'session');
}

/** What a part of `start` did, in words. */
export function startDetail(counts: Counts | undefined): string {
  const [accounts, events] = [number(counts?.accounts), number(counts?.events)];
  if (accounts !== undefined) return counted(accounts, 'account');
  return events === undefined ? '' : counted(events, 'event');
}

function stepOf(data: JournalData, name: string): StepRecord | undefined {
  return data.steps.find((step) => step.name === name);
}

/** The accounts that this step shut out. */
export function blockedBy(step: StepRecord | undefined): readonly Blocked[] {
  const { blocked } = (step?.captured ?? {}) as { blocked?: readonly Blocked[] };
  return listIn(blocked) as readonly Blocked[];
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
