import type { StepGroup } from '../engine/runner.ts';
import type { Undo } from '../engine/step.ts';
import type { SwitchContext } from '../switch/context.ts';
import { catchUp } from './catchUp/index.ts';
import { closeNewMaster, closeNewMasterUndo } from './closeNewMaster.ts';
import { closeOrigMaster, closeOrigMasterUndo } from './closeOrigMaster.ts';
import { eventsOff, eventsOffUndo } from './eventsOff.ts';
import type { StopFacts } from './facts.ts';
import { noLocks } from './locks.ts';
import { lookAtNewMaster } from './lookAtNewMaster.ts';
import { noteAccounts } from './noteAccounts.ts';
import { pauseOrigReplication, pauseUndo } from './pauseOrigReplication.ts';
import { replicaGoesOn, replicaGoesOnUndo } from './replicaGoesOn.ts';
import { revoke, revokeUndo } from './revoke.ts';
import { drain } from './sessions/drain.ts';
import { endLongWork } from './sessions/endLongWork.ts';
import { ClientSessions } from './sessions/index.ts';
import { letFinish } from './sessions/letFinish.ts';
import { quietMoment } from './sessions/quietMoment.ts';

/**
 * The steps of `stop`, in order. Everything that the last group needs is on disk before the first REVOKE. Then it runs without
 * a pause: a privilege granted in between would be revoked without having been recorded. `shutOut` is called when the outage
 * begins.
 */
export function stopSteps(facts: StopFacts, shutOut: () => void): StepGroup<SwitchContext>[] {
  const clients = new ClientSessions(facts);
  return [
    [replicaGoesOn],
    [closeNewMaster],
    [noteAccounts(facts)],
    [letFinish(clients)],
    [eventsOff],
    [catchUp(facts, clients)],
    [pauseOrigReplication()],
    [noLocks(clients)],
    [endLongWork(clients)],
    [quietMoment(clients)],
    [revoke(facts, clients, shutOut), drain(clients), closeOrigMaster, lookAtNewMaster(facts, clients)],
  ];
}

/** How each step is undone, from the journal alone; a step that has only a name leaves nothing behind. */
export const UNDO_STEPS: readonly Undo<SwitchContext>[] = [
  replicaGoesOnUndo,
  closeNewMasterUndo,
  { name: 'read original master' },
  { name: 'let transactions finish' },
  eventsOffUndo,
  { name: 'catch up' },
  pauseUndo,
  { name: 'locks' },
  { name: 'end long work' },
  { name: 'quiet moment' },
  revokeUndo,
  { name: 'drain' },
  closeOrigMasterUndo,
  { name: 'look at new master' },
];
