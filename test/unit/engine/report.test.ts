import { beforeEach, describe, expect, it } from 'vitest';
import type { StartRecord } from '../../../src/capabilities/journal/data.ts';
import { type ReportedStep, runAndReport } from '../../../src/procedures/engine/report.ts';
import type { EngineContext } from '../../../src/procedures/engine/step.ts';
import { type Scene, scene } from './fakes.ts';

type Reported = ReportedStep<EngineContext>;

let s: Scene;
let done: string[];
beforeEach(async () => {
  s = await scene();
  done = [];
});

const step = (name: string, more: Partial<Reported> = {}): Reported => ({
  name,
  do: async () => {
    done.push(name);
    return [];
  },
  ...more,
});
const fails: Reported['do'] = async () => {
  throw new Error('no answer');
};

describe('report and go on', () => {
  it('goes on whatever fails, and reports it with the name of the step', async () => {
    const steps = [step('a', { do: fails }), step('b', { do: async () => ['one left', 'two left'] }), step('c')];
    const { problems } = await runAndReport(steps, s.context);
    expect(problems).toEqual(['a: no answer', 'b: one left', 'b: two left']);
    expect(done).toEqual(['c']);
  });

  it('goes on after an abort: whoever aborts it has its own limit', async () => {
    s.abort.abort(new Error('interrupted'));
    expect(await runAndReport([step('a'), step('b')], s.context)).toEqual({ problems: [], notes: [] });
    expect(done).toEqual(['a', 'b']);
  });

  it('records each step with its length and its counts, also one that failed', async () => {
    const parts: StartRecord['parts'] = [];
    const counts: Reported['do'] = async (_, report) => {
      report.counts.accounts = 3;
      return [];
    };
    await runAndReport([step('a', { do: counts }), step('b', { do: fails })], s.context, parts);
    expect(parts).toEqual([
      { name: 'a', at: expect.any(String), ms: 1, counts: { accounts: 3 } },
      { name: 'b', at: expect.any(String), ms: 1, counts: {} },
    ]);
  });

  it('leaves out a step that is not due, and leaves no record of it', async () => {
    const parts: StartRecord['parts'] = [];
    await runAndReport([step('a', { isDue: () => false }), step('b', { isDue: () => true })], s.context, parts);
    expect(done).toEqual(['b']);
    expect(parts.map(({ name }) => name)).toEqual(['b']);
  });

  it('shows a step what the steps before it have reported', async () => {
    const notes: Reported['do'] = async (_, report) => {
      report.notes.push('left off');
      return ['one left'];
    };
    const seen: unknown[] = [];
    const looks: Reported['do'] = async (_, report) => {
      seen.push([...report.problems], [...report.notes]);
      return [];
    };
    const report = await runAndReport([step('a', { do: notes }), step('b', { do: looks })], s.context);
    expect(seen).toEqual([['a: one left'], ['left off']]);
    expect(report).toEqual({ problems: ['a: one left'], notes: ['left off'] });
  });

  it('names the server instead of the step, and what to do if it throws', async () => {
    const at = { title: () => 'db1:3306', advice: () => 'mend that' };
    const steps = [step('a', { ...at, do: fails }), step('b', { ...at, do: async () => ['left to do: X'] })];
    const { problems } = await runAndReport(steps, s.context);
    expect(problems).toEqual(['db1:3306: no answer; mend that', 'db1:3306: left to do: X']);
  });
});
