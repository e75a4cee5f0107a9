import { HelperError, messageOf, Refused } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import { Journal } from '../../capabilities/journal/journal.ts';
import { inTime } from '../../cluster/observe.ts';
import { runSteps } from '../engine/runner.ts';
import { lookAtServers, serversBefore } from '../recover/observe.ts';
import { aboutSwitch, limited, type SwitchContext, stopping } from '../switch/context.ts';
import { preflight } from './checks/preflight.ts';
import { puttingBack } from './putBack.ts';
import { stopSteps } from './steps.ts';

/**
 * Shuts the applications out of the original master, so that MHA can move it. On return only kept accounts can do anything
 * there, no transaction is open, both masters are read_only, the journal can undo it all, MHA has the claim, and the guardian
 * watches MHA.
 * @throws Refused with nothing changed; StepFailed with everything put back; RollbackIncomplete with what is left.
 */
export async function stop(unlimited: SwitchContext): Promise<void> {
  const context = stopping(unlimited);
  const { journals, guardian } = context;
  const claim = await journals.claim(journals.pathOf(context.origMaster), 'stop');
  try {
    const facts = await preflight(context);
    await expectGuardian(context);
    context.signal.throwIfAborted();
    const journal = await begin(context);
    const putBack = puttingBack(unlimited, journal);
    const { within, shutOut } = outageLimit(context);
    await runSteps(stopSteps(facts, shutOut), within, journal, { reached: 'stopped', putBack });
  } catch (error) {
    await claim.release();
    guardian?.failed();
    throw error;
  }
  await claim.handOver(guardian?.mark);
  guardian?.done();
}

/** @throws Refused if nobody would end an outage that lasts too long. */
async function expectGuardian({ guardian, settings, log, signal }: SwitchContext): Promise<void> {
  if (!guardian) return;
  try {
    const problems = await inTime(guardian.ready(), signal);
    for (const problem of problems) log.warning(`the guardian of this switch: ${problem}; it tries again`);
    const { mark, log: place } = guardian;
    if (mark) log.info(`the guardian of this switch is process ${mark.process.pid}; it logs to ${place}`);
  } catch (error) {
    signal.throwIfAborted();
    const what = `no guardian watches this switch: ${messageOf(error)}`;
    if (settings.maxOutageMs !== undefined) {
      const limit = `max_outage (${settings.maxOutageMs / 1000} s)`;
      const way = 'Try again; or set max_outage = no to switch without one';
      throw new Refused([`${what}. Nobody would end an outage that exceeds ${limit}. ${way}`]);
    }
    log.warning(`${what}. If MHA dies before it calls start, run mha_recover`);
  }
}

/** The same context, ended by `max_outage` too; that counts from `shutOut` on. */
function outageLimit(context: SwitchContext): { within: SwitchContext; shutOut: () => void } {
  const { maxOutageMs } = context.settings;
  const over = new AbortController();
  const shutOut = () => {
    context.guardian?.shutOut();
    if (maxOutageMs === undefined) return;
    const why = new HelperError(`nobody could write for ${maxOutageMs / 1000} s (max_outage)`);
    setTimeout(() => over.abort(why), maxOutageMs).unref();
  };
  return { within: limited(context, AbortSignal.any([context.signal, over.signal])), shutOut };
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
