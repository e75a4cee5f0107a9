import { beforeEach, describe, expect, it } from 'vitest';
import type { EngineContext, Undo } from '../../../src/procedures/engine/step.ts';
import { type Conditions, undoSteps } from '../../../src/procedures/engine/undo.ts';
import { type Scene, scene } from './fakes.ts';

let s: Scene;
const FREELY: Conditions = { objection: async () => undefined };

beforeEach(async () => {
  s = await scene();
  for (const name of ['a', 'b', 'c']) {
    s.journal.data.steps.push({ name, title: `server: ${name}`, state: 'done', captured: { was: name }, at: '' });
  }
});

const steps = (...more: Undo<EngineContext>[]) => {
  const own = more.map(({ name }) => name);
  return ['a', 'b', 'c']
    .filter((name) => !own.includes(name))
    .map((name): Undo<EngineContext> => s.step(name))
    .concat(more);
};
const undo = (list: readonly Undo<EngineContext>[] = steps(), conditions = FREELY) =>
  undoSteps(list, s.context, s.journal, conditions);
const states = () => s.store.data.steps.map(({ state }) => state);

describe('undoing', () => {
  it('goes backwards through the journal, not through the list, and closes it', async () => {
    expect(await undo([...steps()].reverse())).toEqual([]);
    expect(s.happened).toEqual(['undo c', 'undo b', 'undo a']);
    expect(s.store.closed).toBeDefined();
    expect(s.store.data).toMatchObject({ phase: 'undone', steps: [{ state: 'undone' }, {}, { undo: { ms: 1 } }] });
  });

  it('leaves out what was undone before', async () => {
    const record = s.journal.data.steps[1];
    if (record) record.state = 'undone';
    expect(await undo()).toEqual([]);
    expect(s.happened).toEqual(['undo c', 'undo a']);
  });

  it('gives each step what it captured, read by the step itself', async () => {
    const seen: unknown[] = [];
    const parse = (captured: unknown) => ({ read: captured });
    const own = s.step('b', { parse, undo: async (_, captured) => void seen.push(captured) as undefined });
    expect(await undo(steps(own))).toEqual([]);
    expect(seen).toEqual([{ read: { was: 'b' } }]);
  });

  it('notes what an operator should know', async () => {
    expect(await undo(steps(s.step('b', { undo: async () => ['app is gone'] })))).toEqual([]);
    expect(s.store.data.notes).toEqual(['app is gone']);
    expect(s.logged).toContain('app is gone');
  });
});

describe('what cannot be undone', () => {
  it('is tried three times; the others are undone, and the journal stays open', async () => {
    s.at = (what) => {
      if (what === 'undo b') throw new Error('locked');
    };
    expect(await undo()).toEqual(['server: b: locked']);
    expect(s.happened).toEqual(['undo c', 'undo b', 'undo a', 'undo b', 'undo b']);
    expect(s.store.closed).toBeUndefined();
    expect(states()).toEqual(['undone', 'undo failed', 'undone']);
    expect(s.store.data.phase).toBe('undoing');
  });

  it('is no longer owed once a later try succeeds', async () => {
    let tries = 0;
    s.at = (what) => {
      if (what === 'undo b' && ++tries < 3) throw new Error('locked');
    };
    expect(await undo()).toEqual([]);
    expect(s.store.data.phase).toBe('undone');
  });

  it('is a step that this version does not know, or one whose record has another form', async () => {
    const parse = () => {
      throw new Error('blocked is no list');
    };
    const known = steps(s.step('b', { parse })).filter(({ name }) => name !== 'c');
    expect(await undo(known)).toEqual(['server: c: this version knows no such step', 'server: b: blocked is no list']);
    expect(s.happened).toEqual(['undo a']);
  });

  it('is not tried again after an abort, and the rest of the round is still undone', async () => {
    s.at = (what) => {
      if (what !== 'undo c') return;
      s.abort.abort(new Error('undo_timeout'));
      throw new Error('cut off');
    };
    expect(await undo()).toEqual(['server: c: cut off']);
    expect(s.happened).toEqual(['undo c', 'undo b', 'undo a']);
  });
});

describe('an objection', () => {
  const from = (time: number, calls = { count: 0 }) => ({
    objection: async () => (++calls.count >= time ? 'db3 is the master' : undefined),
  });

  it('ends the undo before the next step, and nothing is tried again', async () => {
    expect(await undo(steps(), from(2))).toEqual(['db3 is the master']);
    expect(s.happened).toEqual(['undo c']);
    expect(states()).toEqual(['done', 'done', 'undone']);
    expect(s.store.closed).toBeUndefined();
  });

  const closes = (name: string) =>
    s.step(name, {
      closeAgain: async (_, captured) => void s.happened.push(`close ${name} ${JSON.stringify(captured)}`),
    });

  it('that comes while a server is opened has it closed again', async () => {
    const own = { ...closes('c'), parse: (captured: unknown) => captured };
    expect(await undo(steps(own), from(2))).toEqual(['server: c: undone too late, and done again: db3 is the master']);
    expect(s.happened).toEqual(['undo c', 'close c {"was":"c"}']);
    expect(states()).toEqual(['done', 'done', 'done']);
  });

  it('is asked for once more only after a step that opens a server', async () => {
    expect(await undo(steps(closes('b')), from(4))).toEqual(['db3 is the master']);
    expect(s.happened).toEqual(['undo c', 'undo b']);
  });
});

describe('a new master that stays as it is', () => {
  it('is not touched, and that is noted', async () => {
    const own = s.step('b', { onNewMaster: true, parse: () => expect.unreachable() });
    expect(await undo(steps(own), { ...FREELY, newMasterStays: 'the server is down' })).toEqual([]);
    expect(s.happened).toEqual(['undo c', 'undo a']);
    expect(s.store.data.notes).toEqual(['server: b: left as it is, the server is down']);
  });
});

describe('a journal that cannot be written', () => {
  it('keeps no server from being put back', async () => {
    s.store.failsFrom = 2;
    const why = 'the journal db1_3306.json cannot be written: ENOSPC';
    expect(await undo()).toEqual([why]);
    expect(s.happened).toEqual(['undo c', 'undo b', 'undo a']);
    expect(s.store.closed).toBeUndefined();
  });
});
