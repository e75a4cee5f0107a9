import type { StepGroup } from '../engine/runner.ts';
import { noop, type Undo } from '../engine/step.ts';
import type { SwitchContext } from '../switch/context.ts';
import { catchUp } from './catchUp/index.ts';
import { closeNewMaster, closeNewMasterUndo } from './closeNewMaster.ts';
import { closeOrigMaster, closeOrigMasterUndo } from './closeOrigMaster.ts';
import { eventsOff, eventsOffUndo } from './eventsOff.ts';
import type { StopFacts } from './facts.ts';
import { noLocks } from './locks.ts';
import { lookAtNewMaster } from './lookAtNewMaster.ts';
import { pauseOrigReplication, pauseUndo } from './pauseOrigReplication.ts';
import { readMaster } from './readMaster.ts';
import { replicaGoesOn, replicaGoesOnUndo } from './replicaGoesOn.ts';
import { revoke, revokeUndo } from './revoke.ts';
import { drain } from './sessions/drain.ts';
import { endLongWork } from './sessions/endLongWork.ts';
import { letFinish } from './sessions/letFinish.ts';
import { quietMoment } from './sessions/quietMoment.ts';

/**
 * The steps of `stop`, in order. All that the last group needs is read, and on disk, before the first REVOKE; and nothing is
 * waited for in between, since a right that is given meanwhile would be taken and not be known.
 */
export function stopSteps(facts: StopFacts): StepGroup<SwitchContext>[] {
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

/** A step that leaves nothing behind. */
const nothingOf = (name: string): Undo<SwitchContext> => ({ name, undo: noop });

/** How each step is undone, from the journal alone. */
export const UNDO_STEPS: readonly Undo<SwitchContext>[] = [
  replicaGoesOnUndo,
  closeNewMasterUndo,
  nothingOf('read original master'),
  nothingOf('let transactions finish'),
  eventsOffUndo,
  nothingOf('catch up'),
  pauseUndo,
  nothingOf('locks'),
  nothingOf('end long work'),
  nothingOf('quiet moment'),
  revokeUndo,
  nothingOf('drain'),
  closeOrigMasterUndo,
  nothingOf('look at new master'),
];
