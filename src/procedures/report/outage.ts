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
 * From the moment the first account in use was shut out until the new master's `read_only = 0` was read back or, if the
 * switch was put back, until the accounts were let in again. Undefined if nobody was shut out or the time is not known,
 * as for a master that died. Milliseconds since `begin`.
 */
export function outageOf(data: JournalData, begin: number): Outage | undefined {
  const first = blockedIn(data).length > 0 ? REVOKE_STEP : 'close original master';
  const step = begunSteps(data.steps).find(({ name }) => name === first);
  const at = timeOf(step?.at);
  if (!step || at === undefined) return undefined;
  const shut = at + (unusedPart(step)?.ms ?? 0);
  const [undone, ms] = [timeOf(step.undo?.at), lengthOf(step.undo?.ms)];
  const end = timeOf(data.start?.opened) ?? (undone === undefined || ms === undefined ? undefined : undone + ms);
  const from = Math.max(0, shut - begin);
  return { from, to: end === undefined ? undefined : Math.max(from, end - begin) };
}
