import type { StepGroup } from '../engine/runner.ts';
import type { AnyStep } from '../engine/step.ts';
import { catchUp } from './catchUp/index.ts';
import { closeNewMaster } from './closeNewMaster.ts';
import { closeOrigMaster } from './closeOrigMaster.ts';
import { eventsOff } from './eventsOff.ts';
import type { StopFacts } from './facts.ts';
import { noLocks } from './locks.ts';
import { lookAtNewMaster } from './lookAtNewMaster.ts';
import { noteAccounts } from './noteAccounts.ts';
import { pauseOrigReplication } from './pauseOrigReplication.ts';
import { replicaGoesOn } from './replicaGoesOn.ts';
import { revoke } from './revoke.ts';
import { drain } from './sessions/drain.ts';
import { endLongWork } from './sessions/endLongWork.ts';
import { ClientSessions } from './sessions/index.ts';
import { letFinish } from './sessions/letFinish.ts';
import { quietMoment } from './sessions/quietMoment.ts';

/**
 * The steps of `stop`, in order. All that the last group needs is read, and on disk, before the first REVOKE, and then the
 * group runs without a pause: a privilege granted in between would be revoked without having been recorded.
 */
export function stopSteps(facts: StopFacts): StepGroup[] {
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
    [revoke(facts, clients), drain(clients), closeOrigMaster, lookAtNewMaster(facts, clients)],
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
  plan: { blocked: [], kept: [], locked: new Map(), notes: [] },
  readAt: 0,
  channel: '',
  lacked: [],
  ages: {},
}).flat();
