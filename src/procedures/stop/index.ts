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
 * Shuts the applications out of the original master, so that MHA can move it. On return nobody but kept accounts can
 * do anything there, no transaction is open, both masters are read-only, the journal knows how to undo it all, and MHA has
 * the claim.
 * @throws Refused with nothing touched; StepFailed with everything put back; RollbackIncomplete with what is left.
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

/** If `stop` took so much longer than it may, it was stopped in the middle, and the servers may be others than it knew. */
const STOOD_STILL_MS = 10_000;

/**
 * Puts everything back, after another look at the servers: somebody may have moved the master by hand meanwhile. Returns
 * the error that says how that went.
 */
function failed(context: SwitchContext, journal: Journal): (why: string) => Promise<HelperError> {
  const began = context.clock.ticks();
  return async (why) => {
    context.log.error(why);
    context.log.warning('putting everything back as it was');
    journal.data.notes.push(why);
    const ownRun = context.clock.ticks() - began < context.settings.stopMs + STOOD_STILL_MS;
    const { decision, problems } = await recover(context, journal, { ownRun, startNeverRun: true });
    if (problems.length > 0) return new RollbackIncomplete(incomplete(why, problems, journal));
    if (decision.action === 'finish') return new StepFailed(`${why}\nThe master was moved meanwhile: ${decision.why}.`);
    return new StepFailed(
      `${why}\nEverything that had been changed was put back and read back. The master is still ${context.origMaster.host}.`,
    );
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
