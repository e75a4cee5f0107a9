import { type HelperError, RollbackIncomplete, StepFailed } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import { Journal } from '../../capabilities/journal/journal.ts';
import { runSteps } from '../engine/runner.ts';
import { recover } from '../recover/index.ts';
import { lookAtServers, serversBefore } from '../recover/observe.ts';
import { aboutSwitch, type SwitchContext, stopping } from '../switch/context.ts';
import { preflight } from './checks/preflight.ts';
import { stopSteps } from './steps.ts';

/**
 * Shuts the applications out of the original master, so that MHA can move it. On return only kept accounts can do anything
 * there, no transaction is open, both masters are read_only, the journal can undo it all, and MHA has the claim.
 * @throws Refused with nothing changed; StepFailed with everything put back; RollbackIncomplete with what is left.
 */
export async function stop(unlimited: SwitchContext): Promise<void> {
  const context = stopping(unlimited);
  const { journals } = context;
  const claim = await journals.claim(journals.pathOf(context.origMaster), 'stop');
  try {
    const facts = await preflight(context);
    context.signal.throwIfAborted();
    const journal = await begin(context);
    const putBack = failed(unlimited, journal);
    await runSteps(stopSteps(facts), context, journal, { reached: 'stopped', putBack });
  } catch (error) {
    await claim.release();
    throw error;
  }
  await claim.handOver();
}

async function begin(context: SwitchContext): Promise<Journal> {
  const { origMaster, newMaster } = context;
  const start = {
    ...aboutSwitch(context),
    before: serversBefore(await lookAtServers(context)),
    began: context.clock.began().toISOString(),
  };
  const journal = await Journal.create(context.journals, start, context.clock.now());
  context.log.info(`switching from ${nameOf(origMaster)} to ${nameOf(newMaster)}; journal ${journal.path}`);
  return journal;
}

/** If `stop` exceeds its limit by more, the process was suspended, and somebody may have changed the servers meanwhile. */
const STOOD_STILL_MS = 10_000;

/** Puts everything back, after another look: somebody may have moved the master by hand. Resolves with the error to throw. */
function failed(context: SwitchContext, journal: Journal): (why: string) => Promise<HelperError> {
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
    `Mend the cause and run mha_recover, or do it by hand. The journal is ${journal.path}.`,
  ].join('\n');
}
