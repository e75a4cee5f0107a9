import type { JournalData } from '../../capabilities/journal/data.ts';
import { lengthOf, timeOf } from './numbers.ts';
import { begunSteps } from './stretches.ts';
import { blockedIn, REVOKE_STEP, unusedPart } from './tally.ts';

/** `to` is undefined if the record does not say when it ended. */
export interface Outage {
  readonly from: number;
  readonly to: number | undefined;
}

/**
 * From the moment the accounts in use began to be shut out to the new master's `read_only = 0`, read back; if the switch was put
 * back, to the moment the accounts were let in again. Undefined if nobody was shut out, or nobody knows when: a
 * master that died did not write down when. Milliseconds since `begin`.
 */
export function outageOf(data: JournalData, begin: number): Outage | undefined {
  const first = blockedIn(data).length > 0 ? REVOKE_STEP : 'close original master';
  const step = begunSteps(data.steps).find(({ name }) => name === first);
  const at = timeOf(step?.at);
  if (!step || at === undefined) return undefined;
  const shut = at + (unusedPart(step)?.ms ?? 0);
  const end = timeOf(data.start?.opened) ?? endOf(step.undo);
  const from = Math.max(0, shut - begin);
  return { from, to: end === undefined ? undefined : Math.max(from, end - begin) };
}

function endOf(undo: { at: string; ms: number } | undefined): number | undefined {
  const [at, ms] = [timeOf(undo?.at), lengthOf(undo?.ms)];
  return at === undefined || ms === undefined ? undefined : at + ms;
}
