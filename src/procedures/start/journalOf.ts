import { ServerError } from '../../base/errors.ts';
import { sameEndpoint } from '../../base/server.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import { openJournals } from '../../capabilities/journal/openJournals.ts';
import type { SwitchContext } from '../switch/context.ts';

/**
 * The journal of the switch that this `start` ends, whichever server MHA chose; undefined if there was no `stop` of ours (a dead
 * master). One whose `start` ran already belongs to an earlier switch, unless it is this very one, run again.
 * @throws ServerError if one cannot be read.
 */
export async function journalOf(context: SwitchContext, how: 'planned' | 'dead'): Promise<Journal | undefined> {
  const found = (await openJournals(context.journals, [context.origMaster])).filter(
    ({ journal }) => !journal || (sameEndpoint(journal.data.origMaster, context.origMaster) && isDue(journal)),
  );
  const broken = found.find((f) => !f.journal);
  if (broken) throw new ServerError(broken.why ?? `the journal ${broken.path} cannot be read`);
  return found[0]?.journal;

  function isDue({ data: { phase, opened } }: Journal): boolean {
    if (phase === 'started')
      return how === 'planned' && opened !== undefined && sameEndpoint(opened, context.newMaster);
    return phase !== 'finished' && phase !== 'undone';
  }
}
