import type { StepGroup } from '../engine/runner.ts';
import type { AnyStep } from '../engine/step.ts';
import { catchUp } from './catchUp/index.ts';
import { closeNewMaster } from './closeNewMaster.ts';
import { closeOrigMaster } from './closeOrigMaster.ts';
import { eventsOff } from './eventsOff.ts';
import type { StopFacts } from './facts.ts';
import { noLocks } from './locks.ts';
import { lookAtNewMaster } from './lookAtNewMaster.ts';
import { pauseOrigReplication } from './pauseOrigReplication.ts';
import { readMaster } from './readMaster.ts';
import { replicaGoesOn } from './replicaGoesOn.ts';
import { revoke } from './revoke.ts';
import { drain } from './sessions/drain.ts';
import { endLongWork } from './sessions/endLongWork.ts';
import { letFinish } from './sessions/letFinish.ts';
import { quietMoment } from './sessions/quietMoment.ts';

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
