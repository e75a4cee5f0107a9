import { beforeAll, describe, expect, it } from 'vitest';
import { REJECTED, TAKEN } from './awkwardFiles.ts';
import { type Outcome, readBoth } from './compare.ts';

describe.each([
  ['takes', TAKEN],
  ['rejects', REJECTED],
])('what MHA %s', (verb, cases) => {
  const names = Object.keys(cases);
  let outcomes: Map<string, Outcome>;

  beforeAll(async () => {
    const read = await readBoth(Object.values(cases));
    outcomes = new Map(names.map((name, index) => [name, read[index] as Outcome]));
  });

  it.each(names)('%s', (name) => {
    const { mha, ours, why } = outcomes.get(name) as Outcome;
    expect(mha === 'rejected', `the example is not what it claims: ${why.mha}`).toBe(verb === 'rejects');
    expect(ours, `MHA: ${why.mha}\nhere: ${why.ours}`).toEqual(mha);
  });
});
