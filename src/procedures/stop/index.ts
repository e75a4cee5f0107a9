import { endpointOf, nameOf } from '../../base/server.ts';
import { Journal } from '../../capabilities/journal/journal.ts';
import { type SwitchContext, stopping } from '../context.ts';
import { type AnyStep, runSteps, type StepGroup } from '../runner.ts';
import { catchUp } from './catchUp.ts';
import { closeNewMaster } from './closeNewMaster.ts';
import { closeOrigMaster } from './closeOrigMaster.ts';
import { drain } from './drain.ts';
import { endLongWork } from './endLongWork.ts';
import { eventsOff } from './eventsOff.ts';
import type { StopFacts } from './facts.ts';
import { letFinish } from './letFinish.ts';
import { noLocks } from './locks.ts';
import { lookAtNewMaster } from './lookAtNewMaster.ts';
import { pauseOrigReplication } from './pauseOrigReplication.ts';
import { preflight } from './preflight.ts';
import { quietMoment } from './quietMoment.ts';
import { readMaster } from './readMaster.ts';
import { replicaGoesOn } from './replicaGoesOn.ts';
import { revoke } from './revoke.ts';

/**
 * The steps of `stop`, in order. All that the last group needs is read, and on disk, before the first REVOKE; and nothing is
 * waited for in between, since a right that is given meanwhile would be taken and not be known.
 */
export function stopSteps(facts: StopFacts): StepGroup[] {
  return [
    [replicaGoesOn],
    [closeNewMaster],
    [readMaster(facts)],
    [letFinish(facts)],
    [eventsOff],
    [catchUp(facts)],
    [pauseOrigReplication()],
    [noLocks(facts)],
    [endLongWork(facts)],
    [quietMoment(facts)],
    [revoke(facts), drain(facts), closeOrigMaster, lookAtNewMaster(facts)],
  ];
}

/** For undoing from a journal, backwards: no step's undo looks at the facts. */
export const UNDO_STEPS: readonly AnyStep[] = stopSteps({
  rules: { mhaUsers: [], replicationUsers: [], preserve: [] },
  givers: [],
  gone: new Set(),
  method: 'revoke',
  mandatory: [],
  definers: new Map(),
  accounts: [],
  channel: '',
  users: new Set(),
  plan: { blocked: [], kept: [], locked: new Map(), notes: [] },
}).flat();

/**
 * Shuts the applications out of the original master, so that MHA can move it. On return nobody but kept accounts can
 * do anything there, no transaction is open, both masters are read-only, and the journal knows how to undo it all.
 * @throws Refused with nothing touched; StepFailed with everything put back; RollbackIncomplete with what is left.
 */
export async function stop(unlimited: SwitchContext): Promise<void> {
  const context = stopping(unlimited);
  const facts = await preflight(context);
  context.signal.throwIfAborted();
  const journal = Journal.create(
    context.settings.journalDir,
    {
      conf: context.conf,
      origMaster: endpointOf(context.origMaster),
      newMaster: endpointOf(context.newMaster),
      replicas: context.replicas.map(endpointOf),
      began: context.clock.began().toISOString(),
    },
    context.clock.now(),
  );
  context.log.info(
    `switching from ${nameOf(context.origMaster)} to ${nameOf(context.newMaster)}; journal ${journal.path}`,
  );
  await runSteps(stopSteps(facts), context, journal, 'stopped');
}
