import { nameOf } from '../../base/server.ts';
import { Journal } from '../../capabilities/journal/journal.ts';
import { runSteps } from '../engine/runner.ts';
import { lookAtServers, serversBefore } from '../recover/observe.ts';
import { aboutSwitch, type SwitchContext, stopping } from '../switch/context.ts';
import { preflight } from './checks/preflight.ts';
import { puttingBack } from './putBack.ts';
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
    const putBack = puttingBack(unlimited, journal);
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
