import { expect, it } from 'vitest';
import { PHASES } from '../../../../src/capabilities/journal/data.ts';
import { deedFor, type Seen } from '../../../../src/procedures/guard/decide.ts';

const stopped: Seen = {
  stop: 'done',
  phase: 'stopped',
  mhaRuns: true,
  startRuns: false,
  opening: 'not tried',
  isOver: false,
  isOverdue: false,
};

it.each<[deed: string, what: string, seen: Partial<Seen>]>([
  ['wait', 'MHA waits for the new master', {}],
  ['wait', 'stop still checks', { stop: 'running', phase: undefined }],
  ['wait', 'stop is at work', { stop: 'running', phase: 'stopping' }],
  ['wait', 'stop is at work for too long, and undoes by itself', { stop: 'running', phase: 'stopping', isOver: true }],
  ['end MHA', 'stop stands still', { stop: 'running', phase: 'stopping', isOver: true, isOverdue: true }],
  [
    'end MHA',
    'stop stands still while it undoes',
    { stop: 'running', phase: 'undoing', isOver: true, isOverdue: true },
  ],
  ['wait', 'the new master is open, and stop stands still', { stop: 'running', opening: 'opened', isOverdue: true }],
  ['wait', 'stop undoes, and MHA is dead', { stop: 'running', phase: 'undoing', mhaRuns: false }],
  ['leave', 'stop has refused', { stop: 'failed', phase: undefined }],
  ['leave', 'stop has left something to do', { stop: 'failed', phase: 'undoing' }],
  ['leave', 'stop was killed before it had begun', { stop: 'died', phase: undefined }],
  ['leave', 'somebody has closed the journal', { phase: undefined }],
  ['leave', 'start has done its work', { phase: 'started', opening: 'opened' }],
  ['leave', 'start has done its work, and MHA is dead', { phase: 'started', mhaRuns: false }],
  ['settle', 'stop was killed', { stop: 'died', phase: 'stopping' }],
  ['end MHA', 'stop was killed too late, and MHA runs', { stop: 'died', phase: 'stopping', isOver: true }],
  ['settle', 'stop was killed, and the new master is open', { stop: 'died', opening: 'opened', isOver: true }],
  ['settle', 'stop and MHA were killed', { stop: 'died', phase: 'stopping', mhaRuns: false, isOver: true }],
  ['settle', 'stop was killed while it undid', { stop: 'died', phase: 'undoing' }],
  ['settle', 'MHA is dead', { mhaRuns: false }],
  ['settle', 'MHA is dead, and the outage over', { mhaRuns: false, isOver: true }],
  ['settle', 'MHA is dead in the middle of start', { phase: 'starting', mhaRuns: false, opening: 'opened' }],
  ['open', 'MHA has called start', { startRuns: true }],
  ['open', 'MHA has called start in the last moment', { startRuns: true, isOver: true }],
  ['wait', 'it was opened here', { startRuns: true, opening: 'opened' }],
  ['wait', 'it could not be opened here, so start tries', { startRuns: true, opening: 'failed' }],
  ['wait', 'it was opened here, and start is slow', { opening: 'opened', isOver: true }],
  ['wait', 'start has opened it, and is slow', { phase: 'starting', opening: 'failed', isOver: true }],
  ['end MHA', 'MHA waits for too long', { isOver: true }],
  ['end MHA', 'start cannot open it', { startRuns: true, opening: 'failed', isOver: true }],
])('%s: %s', (deed, _, seen) => {
  expect(deedFor({ ...stopped, ...seen })).toBe(deed);
});

const STOPS = ['running', 'done', 'failed', 'died'] as const;
const OPENINGS = ['not tried', 'opened', 'failed'] as const;

/** All that may be seen once the outage is overdue. */
const overdue = STOPS.flatMap((stop) =>
  [undefined, ...PHASES].flatMap((phase) =>
    [true, false].flatMap((mhaRuns) =>
      OPENINGS.map(
        (opening): Seen => ({ stop, phase, mhaRuns, opening, startRuns: true, isOver: true, isOverdue: true }),
      ),
    ),
  ),
);

it('opens nothing but between stop and start', () => {
  const outside = overdue.filter(({ stop, phase }) => stop !== 'done' || phase !== 'stopped');
  expect(outside.filter((seen) => deedFor(seen) === 'open')).toEqual([]);
});

it('never ends MHA once the new master may be open, nor while start is at work', () => {
  const open = overdue.filter(
    ({ opening, phase }) => opening === 'opened' || phase === 'starting' || phase === 'started',
  );
  expect(open.filter((seen) => deedFor(seen) === 'end MHA')).toEqual([]);
});
