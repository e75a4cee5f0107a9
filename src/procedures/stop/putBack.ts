import { type HelperError, RollbackIncomplete, StepFailed } from '../../base/errors.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import { recover } from '../recover/index.ts';
import type { SwitchContext } from '../switch/context.ts';

/** If `stop` exceeds its limit by more, the process was suspended, and somebody may have changed the servers meanwhile. */
const STOOD_STILL_MS = 10_000;

/** Puts everything back, after another look: somebody may have moved the master by hand. Resolves with the error to throw. */
export function puttingBack(context: SwitchContext, journal: Journal): (why: string) => Promise<HelperError> {
  const began = context.clock.ticks();
  return async (why) => {
    context.log.error(why);
    context.log.warning('putting everything back');
    journal.data.notes.push(why);
    const ownRun = context.clock.ticks() - began < context.settings.stopMs + STOOD_STILL_MS;
    const { decision, problems } = await recover(context, journal, { ownRun, startNeverRun: true });
    if (problems.length > 0) return new RollbackIncomplete(incomplete(why, problems, journal));
    if (decision.action === 'finish') return new StepFailed(`${why}\nThe master was moved meanwhile: ${decision.why}.`);
    const end = `Everything that had been changed was put back and read back. The master is still ${context.origMaster.host}.`;
    return new StepFailed(`${why}\n${end}`);
  };
}

function incomplete(why: string, left: readonly string[], journal: Journal): string {
  return [
    why,
    'NOT everything could be put back. Left to do:',
    ...left.map((item) => `  - ${item}`),
    `Fix the cause and run mha_recover, or do it by hand. The journal is ${journal.path}.`,
  ].join('\n');
}
