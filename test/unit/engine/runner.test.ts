import { beforeEach, describe, expect, it } from 'vitest';
import { StepFailed } from '../../../src/base/errors.ts';
import { runSteps, type StepGroup } from '../../../src/procedures/engine/runner.ts';
import type { EngineContext } from '../../../src/procedures/engine/step.ts';
import { undoSteps } from '../../../src/procedures/engine/undo.ts';
import { type Scene, scene } from './fakes.ts';

let s: Scene;
let groups: StepGroup<EngineContext>[];

beforeEach(async () => {
  s = await scene();
  groups = [[s.step('a')], [s.step('b'), s.step('c')]];
});

/** As `stop` does: what was begun is undone. */
const run = () =>
  runSteps(groups, s.context, s.journal, {
    reached: 'stopped',
    putBack: async (why) => {
      const context = { ...s.context, signal: new AbortController().signal };
      const left = await undoSteps(groups.flat(), context, s.journal, { objection: async () => undefined });
      return new StepFailed([why, ...left].join('\n'));
    },
  });

const DONE = ['capture a', 'do a', 'verify a', 'capture b', 'capture c', 'do b', 'verify b', 'do c', 'verify c'];

describe('steps that succeed', () => {
  it('run in order, and a group captures all before its first change', async () => {
    await run();
    expect(s.happened).toEqual(DONE);
    expect(s.store.data).toMatchObject({
      phase: 'stopped',
      steps: [
        { name: 'a', title: 'server: a', state: 'done', captured: { was: 'a' }, ms: expect.any(Number) },
        { name: 'b', state: 'done' },
        { name: 'c', state: 'done' },
      ],
    });
  });

  it('have what they captured on disk before they change anything', async () => {
    const onDisk: string[] = [];
    s.at = (what) => what.startsWith('do') && onDisk.push(`${what}: ${s.store.data.steps.map(({ name }) => name)}`);
    await run();
    expect(onDisk).toEqual(['do a: a', 'do b: a,b,c', 'do c: a,b,c']);
  });

  it('record where they were done, what they are, what they counted and noted', async () => {
    const where = { host: 'db1', ip: '192.0.2.1', port: 3306, user: 'mha' };
    const more = { where: () => where, kind: 'sessions ended', counts: () => ({ ended: 3 }), notes: () => ['slow'] };
    groups = [[s.step('a', more)]];
    await run();
    expect(s.store.data.steps[0]).toMatchObject({ kind: 'sessions ended', counts: { ended: 3 }, notes: ['slow'] });
    expect(s.store.data.steps[0]?.where).toEqual({ host: 'db1', ip: '192.0.2.1', port: 3306 });
  });
});

describe('a step that fails', () => {
  it.each(DONE)('at "%s" has everything undone that was begun, in reverse, and nothing else', async (place) => {
    s.at = (what) => {
      if (what === place) throw new Error('no');
    };
    const [, name] = place.split(' ');
    await expect(run()).rejects.toThrow(new StepFailed(`server: ${name}: no`));
    expect(undone()).toEqual(expectedAt(place));
    expect(s.store.closed).toBeDefined();
    expect(s.store.data.phase).toBe('undone');
  });
});

describe('an abort', () => {
  /** The step that is under way ends; the next one is not begun. */
  it.each(DONE)('at "%s" has everything undone that was begun', async (place) => {
    s.at = (what) => {
      if (what === place) s.abort.abort(new Error('interrupted'));
    };
    await expect(run()).rejects.toThrow('interrupted');
    const after = s.happened.slice(s.happened.indexOf(place) + 1).filter((what) => !what.startsWith('undo'));
    const [, name] = place.split(' ');
    expect(after.filter((what) => what !== `do ${name}` && what !== `verify ${name}`)).toEqual([]);
    expect(undone()).toEqual(expectedAt(place));
    expect(s.store.data.phase).toBe('undone');
  });

  it('before the first step changes nothing', async () => {
    s.abort.abort(new Error('interrupted'));
    await expect(run()).rejects.toThrow('server: a: interrupted');
    expect(s.happened).toEqual([]);
  });

  it('while the journal is written for the last time still has everything undone', async () => {
    const { save } = s.store;
    s.store.save = async (stored) => {
      if (stored.data.phase === 'stopped') s.abort.abort(new Error('interrupted'));
      return save(stored);
    };
    await expect(run()).rejects.toThrow('interrupted');
    expect(undone()).toEqual(['undo c', 'undo b', 'undo a']);
  });
});

describe('a journal that cannot be written', () => {
  it('before the first change: nothing is changed, and that is said', async () => {
    s.store.failsFrom = 2;
    await expect(run()).rejects.toThrow(/server: a: ENOSPC\nthe journal db1_3306.json cannot be written: ENOSPC/);
    expect(s.happened).toEqual(['capture a', 'undo a']);
  });

  it('between two groups: the first is undone, the second changes nothing', async () => {
    s.store.failsFrom = 3;
    await expect(run()).rejects.toThrow('ENOSPC');
    expect(s.happened.filter((what) => what.startsWith('do'))).toEqual(['do a']);
    expect(undone()).toEqual(['undo c', 'undo b', 'undo a']);
    expect(s.store.closed).toBeUndefined();
  });

  it('at the end: everything is undone', async () => {
    s.store.failsFrom = 4;
    await expect(run()).rejects.toThrow('ENOSPC');
    expect(undone()).toEqual(['undo c', 'undo b', 'undo a']);
  });
});

const undone = () => s.happened.filter((what) => what.startsWith('undo'));

/** A group's steps are begun once all of them have captured. */
function expectedAt(place: string): string[] {
  if (place === 'capture a') return s.abort.signal.aborted ? ['undo a'] : [];
  if (s.abort.signal.aborted && place === 'capture b') return ['undo a'];
  if (place.endsWith(' a') || place.startsWith('capture')) {
    return s.abort.signal.aborted && place === 'capture c' ? ['undo c', 'undo b', 'undo a'] : ['undo a'];
  }
  return ['undo c', 'undo b', 'undo a'];
}
