import { messageOf } from '../../base/errors.ts';
import { readEvents, type ScheduledEvent, sameEvent } from '../../capabilities/events/events.ts';
import { looking, type SwitchContext } from '../switch/context.ts';

/**
 * Those of the events that somebody has disabled at the original master since `stop` switched them off there. The new master
 * cannot tell: a DISABLE arrives there as DISABLE ON SLAVE (seen on MariaDB 10.11). None if the original master cannot be
 * asked.
 */
export async function disabledSince(
  context: SwitchContext,
  wereOn: readonly ScheduledEvent[],
): Promise<readonly ScheduledEvent[]> {
  if (wereOn.length === 0) return [];
  try {
    const { sessions, origMaster } = looking(context);
    const now = await readEvents(await sessions.withoutBinlog(origMaster));
    return wereOn.filter((event) => now.some((n) => sameEvent(n, event) && n.status === 'DISABLED'));
  } catch (error) {
    context.log.warning(`whether events were disabled since stop is not known: ${messageOf(error)}`);
    return [];
  }
}
