import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Phase } from '../../../src/capabilities/journal/data.ts';
import { decide, isWriter, type Situation, type View } from '../../../src/procedures/recover/decide.ts';

/** A replica of db1, now and before. */
const view = (name: string, state: View['state'], more: Partial<View> = {}): View => ({
  name,
  state,
  follows: name === 'db1' ? [] : ['db1'],
  followed: name === 'db1' ? [] : ['db1'],
  ...(state === 'dead' || state === 'unknown' ? { why: 'no answer', follows: [] } : {}),
  ...more,
});

/** `stop` is complete and nobody opened anything: both closed, all steps owed. */
const STOPPED: Situation = {
  phase: 'stopped',
  owed: ['close new master', 'revoke', 'close original master'],
  atWork: undefined,
  origMaster: view('db1', 'closed'),
  newMaster: view('db2', 'closed'),
  others: [view('db3', 'closed')],
  neverOpened: false,
  ownRun: false,
};

/** MHA has stopped its SQL thread; the channel is there until MHA resets it. */
const opened = view('db2', 'writable');
/** As MHA's default leaves it: a replica that takes writes. */
const loose = view('db3', 'writable');

const ROWS: readonly [string, Partial<Situation>, string, RegExp][] = [
  ['somebody is at work', { atWork: 'start is at work: process 7' }, 'keep', /process 7/],
  ['the journal had been ended', { phase: 'finished' }, 'close', /ended/],
  ['nothing was done', { owed: [], phase: 'stopping' }, 'close', /nothing/],
  ['stop was half done', { phase: 'stopping' }, 'undo', /db1 goes on/],
  ['an undo was half done', { phase: 'undoing', origMaster: view('db1', 'writable') }, 'undo', /db1/],
  ['stop was done, nothing opened', {}, 'undo', /db1 goes on/],
  ['the new master is open', { newMaster: opened }, 'finish', /db2/],
  ['start was done', { phase: 'started', newMaster: opened }, 'finish', /db2/],
  ['another server became the master', { others: [view('db3', 'writable', { follows: [] })] }, 'finish', /db3/],
  ['a replica takes writes as it did before', { others: [loose] }, 'undo', /db1 goes on/],
  ['two replicas take writes as they did before', { others: [loose, { ...loose, name: 'db4' }] }, 'undo', /db1/],
  [
    'a replica takes writes that was closed before, and was not restarted',
    { others: [{ ...loose, openedSince: true }] },
    'finish',
    /db3/,
  ],
  [
    'the same, and the new master is open',
    { newMaster: opened, others: [{ ...loose, openedSince: true }] },
    'keep',
    /TWO/,
  ],
  ['a loose replica as before, and the new master is open', { newMaster: opened, others: [loose] }, 'finish', /db2/],
  [
    'the new master took writes as a replica, and does again',
    { phase: 'undoing', newMaster: view('db2', 'writable') },
    'undo',
    /db1/,
  ],
  [
    'the new master took writes as a replica, was closed by stop, and is open',
    { newMaster: view('db2', 'writable') },
    'finish',
    /db2/,
  ],
  [
    'the new master takes writes after a restart, no hook has come to open it, and it replicates',
    { newMaster: view('db2', 'writable', { restarted: true }), neverOpened: true },
    'undo',
    /db1/,
  ],
  [
    'it takes writes without a restart, though no hook has come to open it',
    { newMaster: view('db2', 'writable'), neverOpened: true },
    'finish',
    /db2/,
  ],
  [
    'no hook has come to open it, and somebody else did',
    { newMaster: view('db2', 'writable', { follows: [] }), neverOpened: true },
    'finish',
    /db2/,
  ],
  ['the original master is dead', { origMaster: view('db1', 'dead') }, 'keep', /db1 is down.*mysql_failover/],
  [
    'the original master is cut off in the own run',
    { origMaster: view('db1', 'unknown'), ownRun: true, neverOpened: true },
    'undo',
    /what can be reached/,
  ],
  ['the original master cannot be asked', { origMaster: view('db1', 'unknown') }, 'keep', /db1 is down/],
  ['it is dead, and the new one open', { origMaster: view('db1', 'dead'), newMaster: opened }, 'finish', /db1 cannot/],
  ['both take writes', { origMaster: view('db1', 'writable'), newMaster: opened }, 'keep', /TWO MASTERS: db1 and db2/],
  [
    'both take writes, the original as a replica of the new one by now',
    { origMaster: view('db1', 'writable', { follows: ['db2'] }), newMaster: opened },
    'finish',
    /db2/,
  ],
  [
    'both take writes in a pair that always replicated both ways',
    { origMaster: view('db1', 'writable', { follows: ['db2'], followed: ['db2'] }), newMaster: opened },
    'keep',
    /TWO MASTERS/,
  ],
  [
    'a pair that replicates both ways is stopped',
    { origMaster: view('db1', 'closed', { follows: ['db2'], followed: ['db2'] }) },
    'undo',
    /db1/,
  ],
  [
    'two others take writes',
    { newMaster: opened, others: [view('db3', 'writable', { follows: [] })] },
    'keep',
    /db2 and db3/,
  ],
  [
    'the new master was opened and is closed now, and the original takes writes',
    { phase: 'started', origMaster: view('db1', 'writable') },
    'keep',
    /keep db2 closed.*master_is=db1$/,
  ],
  ['the new master was opened and is closed now', { phase: 'started' }, 'keep', /db2.*master_is/],
  ['the new master was opened and is dead', { phase: 'started', newMaster: view('db2', 'dead') }, 'keep', /master_is/],
  [
    'the original follows the closed new one',
    { origMaster: view('db1', 'closed', { follows: ['db2'] }) },
    'keep',
    /db2/,
  ],
  ['the new master may have been opened and is dead', { newMaster: view('db2', 'dead') }, 'keep', /new_master_is_down/],
  ['it is said to be down', { newMaster: view('db2', 'dead', { saidDown: true }) }, 'undo', /db1/],
  ['it was provably never opened and is dead', { newMaster: view('db2', 'dead'), neverOpened: true }, 'undo', /db1/],
  [
    'it was never opened by a hook, and cannot be asked',
    { newMaster: view('db2', 'unknown'), neverOpened: true },
    'keep',
    /is_down=db2/,
  ],
  [
    'the same for the one who ran the switch',
    { newMaster: view('db2', 'unknown'), neverOpened: true, ownRun: true },
    'undo',
    /db1/,
  ],
  ['it is dead and stop had not ended', { newMaster: view('db2', 'dead'), phase: 'stopping' }, 'undo', /db1/],
  ['a replica cannot be asked', { others: [view('db3', 'unknown')] }, 'keep', /db3.*is_down=db3/],
  ['a replica is dead', { others: [view('db3', 'dead')] }, 'keep', /db3.*is_down=db3/],
  ['a replica died in the own run', { others: [view('db3', 'dead')], ownRun: true }, 'undo', /db1/],
  [
    'a replica cannot be asked and is said to be down',
    { others: [view('db3', 'unknown', { saidDown: true })] },
    'undo',
    /db1/,
  ],
];

describe('what mha_recover decides', () => {
  it.each(ROWS)('%s', (_, change, action, words) => {
    const decision = decide({ ...STOPPED, ...change });
    expect(decision.action).toBe(action);
    expect('advice' in decision ? `${decision.why}; ${decision.advice}` : decision.why).toMatch(words);
  });

  it('lets a dead original master be failed over from only if no other server can be open', () => {
    const origMaster = view('db1', 'dead');
    expect(decide({ ...STOPPED, origMaster })).toMatchObject({ failOver: true });
    expect(decide({ ...STOPPED, origMaster, others: [view('db3', 'unknown')] })).toMatchObject({ failOver: false });
  });

  it('never opens the original master while another server takes writes that did not before, or might', () => {
    const names = ['db1', 'db2', 'db3'];
    const any = (name: string) =>
      fc.record({
        name: fc.constant(name),
        state: fc.constantFrom<View['state']>('writable', 'closed', 'dead', 'unknown'),
        why: fc.constant('no answer'),
        saidDown: fc.boolean(),
        restarted: fc.boolean(),
        openedSince: fc.boolean(),
        follows: fc.subarray(names.filter((n) => n !== name)),
        followed: fc.option(fc.subarray(names.filter((n) => n !== name)), { nil: undefined }),
      });
    const situation = fc.record({
      phase: fc.constantFrom<Phase>('stopping', 'stopped', 'starting', 'started', 'undoing', 'finished', 'undone'),
      owed: fc.constantFrom<readonly string[]>([], ['revoke']),
      atWork: fc.constantFrom(undefined, 'process 1'),
      origMaster: any('db1'),
      newMaster: any('db2'),
      others: fc.array(any('db3'), { maxLength: 3 }),
      neverOpened: fc.boolean(),
      ownRun: fc.boolean(),
    });
    fc.assert(
      fc.property(situation, (s) => {
        if (decide(s).action !== 'undo') return;
        const rest = [s.newMaster, ...s.others];
        expect(s.atWork).toBeUndefined();
        if (!s.ownRun) expect(['writable', 'closed']).toContain(s.origMaster.state);
        expect(['starting', 'started']).not.toContain(s.phase);
        expect(rest.some((v) => isWriter(v, s))).toBe(false);
        expect(rest.some((v) => v.state === 'writable' && v.follows.length === 0)).toBe(false);
        if (!s.ownRun) expect(rest.some((v) => v.state === 'unknown' && !v.saidDown)).toBe(false);
        const mayReturn = ['dead', 'unknown'].includes(s.newMaster.state) && !s.newMaster.saidDown;
        if (s.phase === 'stopped' && mayReturn) expect(s.neverOpened).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });
});
