import type { Phase } from '../../capabilities/journal/data.ts';

/** What the guardian of a switch sees. */
export interface Seen {
  /** `done`: both masters are closed; `failed`: it ended by itself, and has put back what it could; `died`: it was killed. */
  readonly stop: 'running' | 'done' | 'failed' | 'died';
  /** Of the open journal; undefined if there is none yet, or none any more. */
  readonly phase: Phase | undefined;
  readonly mhaRuns: boolean;
  /** MHA has called `start`, which runs. */
  readonly startRuns: boolean;
  /** Whether the guardian has tried to open the new master. */
  readonly opening: 'not tried' | 'opened' | 'failed';
  /** The outage has lasted as long as it may. */
  readonly isOver: boolean;
  /** It has lasted so much longer that `stop` would have undone everything by itself. */
  readonly isOverdue: boolean;
}

/** `settle`: claim the switch, then undo or finish it as the recovery decides. `end MHA`: the same, with MHA ended first. */
export type Deed = 'wait' | 'open' | 'end MHA' | 'settle' | 'leave';

/**
 * What the guardian does now. The first matching row decides:
 *
 * | stop    | journal                    | MHA   | start | outage | deed |
 * |---------|----------------------------|-------|-------|--------|------|
 * | failed  |                            |       |       |        | leave: `stop` has said what is left |
 * |         | started, finished, undone  |       |       |        | leave: `start` has done its work, or the switch ended |
 * | running | not opened here            |       |       | overdue | end MHA, and `stop` with it, which stands still |
 * | running |                            |       |       |        | wait: `stop` has the same limit, and undoes by itself |
 * |         | none                       |       |       |        | leave: nothing was changed, or the journal is closed |
 * | died    | not opened here            | runs  |       | over   | end MHA |
 * | died    |                            |       |       |        | settle: MHA does not go on after that |
 * |         |                            | ended |       |        | settle |
 * |         | stopping, starting, undoing |      |       |        | wait: somebody is at work |
 * |         | stopped, opening not tried |       | runs  |        | open: as the hook does a moment later |
 * |         | stopped, not opened here   |       |       | over   | end MHA, and `start` with it |
 * |         |                            |       |       |        | wait |
 *
 * Invariant: once the new master is open, MHA is never ended.
 */
export function deedFor({ stop, phase, mhaRuns, startRuns, opening, isOver, isOverdue }: Seen): Deed {
  if (stop === 'failed') return 'leave';
  if (phase === 'started' || phase === 'finished' || phase === 'undone') return 'leave';
  const mayBeOpen = opening === 'opened' || phase === 'starting';
  if (stop === 'running') return isOverdue && !mayBeOpen ? 'end MHA' : 'wait';
  if (phase === undefined) return 'leave';
  if (stop === 'died') return mhaRuns && isOver && !mayBeOpen ? 'end MHA' : 'settle';
  if (!mhaRuns) return 'settle';
  if (phase !== 'stopped') return 'wait';
  if (startRuns && opening === 'not tried') return 'open';
  if (isOver && opening !== 'opened') return 'end MHA';
  return 'wait';
}
