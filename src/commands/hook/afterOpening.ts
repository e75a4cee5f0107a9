import { messageOf } from '../../base/errors.ts';
import type { StartRecord } from '../../capabilities/journal/data.ts';
import { finishStart } from '../../procedures/start/index.ts';
import type { Permission } from '../../procedures/start/mayOpen.ts';
import type { SwitchContext } from '../../procedures/switch/context.ts';

/** What `start` does once the new master takes writes: privileges, events, the journal. Returns what went wrong. */
export async function afterOpening(
  context: SwitchContext,
  { journal, problems }: Permission,
  about: { readonly how: 'planned' | 'dead'; readonly times: Pick<StartRecord, 'began' | 'opened'> },
): Promise<string[]> {
  try {
    return [...problems, ...(await finishStart(context, { ...about, journal }))];
  } catch (error) {
    return [...problems, messageOf(error)];
  }
}
