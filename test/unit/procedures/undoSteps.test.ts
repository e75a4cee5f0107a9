import { expect, it } from 'vitest';
import type { StopFacts } from '../../../src/procedures/stop/facts.ts';
import { stopSteps, UNDO_STEPS } from '../../../src/procedures/stop/steps.ts';

const facts = {
  rules: { mhaUsers: [], replicationUsers: [], preserve: [] },
  method: 'revoke',
  accounts: [],
  plan: { blocked: [], kept: [], locked: new Map(), notes: [] },
  users: new Set(),
} as unknown as StopFacts;

it('a journal alone is enough to undo each step of stop, just as stop itself undoes it', () => {
  const steps = stopSteps(facts, () => {}).flat();
  expect(UNDO_STEPS.map(({ name }) => name)).toEqual(steps.map(({ name }) => name));
  for (const [i, { parse, undo, closeAgain, onNewMaster }] of UNDO_STEPS.entries()) {
    expect(steps[i]?.undo).toBe(undo);
    expect(steps[i]?.parse).toBe(parse);
    expect(steps[i]?.closeAgain).toBe(closeAgain);
    expect(steps[i]?.onNewMaster).toBe(onNewMaster);
  }
});

it('the two steps that close a server close it again if its undo came too late', () => {
  const closing = UNDO_STEPS.filter(({ closeAgain }) => closeAgain);
  expect(closing.map(({ name }) => name)).toEqual(['close new master', 'close original master']);
});
