import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Phase } from '../../../src/capabilities/journal/data.ts';
import { decide, type Situation, type View } from '../../../src/procedures/recover/decide.ts';

const view = (name: string, state: View['state']): View => ({
  name,
  state,
  ...(state === 'down' ? { why: 'no answer' } : {}),
});

/** `stop` is complete and nobody opened anything: both closed, all steps owed. */
const STOPPED: Situation = {
  phase: 'stopped',
  owed: ['close new master', 'revoke', 'close original master'],
  newMasterWasWritable: false,
  running: [],
  origMaster: view('db1', 'closed'),
  newMaster: view('db2', 'closed'),
  others: [view('db3', 'closed')],
  origFollowsNew: false,
  newMasterNeverOpened: false,
};

describe('what mha_recover decides', () => {
  it.each<[string, Partial<Situation>, string, RegExp]>([
    ['a process of the switch runs', { running: ['process 7'] }, 'keep', /process 7/],
    ['the journal had been ended', { phase: 'finished' }, 'close', /ended/],
    ['nothing was done', { owed: [], phase: 'stopping' }, 'close', /nothing/],
    ['stop was half done', { phase: 'stopping' }, 'undo', /db1 goes on/],
    ['an undo was half done', { phase: 'undoing', origMaster: view('db1', 'writable') }, 'undo', /db1/],
    ['stop was done, nothing opened', {}, 'undo', /db1 goes on/],
    ['the new master is open', { newMaster: view('db2', 'writable') }, 'finish', /db2/],
    ['start was done', { phase: 'started', newMaster: view('db2', 'writable') }, 'finish', /db2/],
    ['another server became the master', { others: [view('db3', 'writable')] }, 'finish', /db3/],
    ['the original master is down', { origMaster: view('db1', 'down') }, 'keep', /db1 is down/],
    ['both take writes', { origMaster: view('db1', 'writable'), newMaster: view('db2', 'writable') }, 'keep', /both/],
    [
      'two others take writes',
      { newMaster: view('db2', 'writable'), others: [view('db3', 'writable')] },
      'keep',
      /db2 and db3/,
    ],
    ['the new master was opened and is closed now', { phase: 'started' }, 'keep', /db2/],
    ['the original master follows the closed new one', { origFollowsNew: true }, 'keep', /replicates/],
    [
      'the new master may have been opened and is down',
      { newMaster: view('db2', 'down') },
      'keep',
      /new_master_is_down/,
    ],
    [
      'the new master is known to stay down',
      { newMaster: view('db2', 'down'), newMasterNeverOpened: true },
      'undo',
      /db1/,
    ],
    [
      'the new master is down and stop had not ended',
      { newMaster: view('db2', 'down'), phase: 'stopping' },
      'undo',
      /db1/,
    ],
  ])('%s', (_, change, action, words) => {
    const decision = decide({ ...STOPPED, ...change });
    expect(decision.action).toBe(action);
    expect('advice' in decision ? `${decision.why}; ${decision.advice}` : decision.why).toMatch(words);
  });

  it('never opens the original master while another server takes writes that did not before, or might', () => {
    const state = fc.constantFrom<View['state']>('writable', 'closed', 'down');
    const phase = fc.constantFrom<Phase>('stopping', 'stopped', 'starting', 'started', 'undoing', 'finished', 'undone');
    const situation = fc.record({
      phase,
      owed: fc.constantFrom<readonly string[]>([], ['revoke']),
      newMasterWasWritable: fc.boolean(),
      running: fc.constantFrom<readonly string[]>([], ['process 1']),
      origMaster: state.map((s) => view('db1', s)),
      newMaster: state.map((s) => view('db2', s)),
      others: fc.array(
        state.map((s) => view('db3', s)),
        { maxLength: 3 },
      ),
      origFollowsNew: fc.boolean(),
      newMasterNeverOpened: fc.boolean(),
    });
    fc.assert(
      fc.property(situation, (s) => {
        if (decide(s).action !== 'undo') return;
        expect(s.running).toEqual([]);
        expect(s.others.every((v) => v.state !== 'writable')).toBe(true);
        if (s.newMaster.state === 'writable') expect(s.newMasterWasWritable).toBe(true);
        if (s.phase === 'stopped' && s.newMaster.state === 'down') expect(s.newMasterNeverOpened).toBe(true);
        expect(['starting', 'started']).not.toContain(s.phase);
      }),
      { numRuns: 2000 },
    );
  });
});
