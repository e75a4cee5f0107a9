import { expect, it } from 'vitest';
import { LagHistory } from '../../../../src/procedures/stop/catchUp/lagHistory.ts';

function after(lags: readonly number[], maxMs = 1000): string | undefined {
  const history = new LagHistory();
  for (const ms of lags) history.note(ms);
  return history.moreThan(maxMs, 10_000);
}

it('has nothing to say about a lag that is small enough in the end', () => {
  expect(after([9000, 5000, 1000])).toBe(undefined);
  expect(after([])).toBe(undefined);
});

it('says how far behind, of how much, and in what time', () => {
  expect(after([800, 2000, 13_220])).toMatch(
    /^is 13\.2 s behind after 10\.0 s \(catch_up_timeout\), more than max_lag \(1\.0 s\): .*0\.8 s to 13\.2 s behind/,
  );
});

it.each([
  ['the lag is growing', [1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000]],
  ['the lag is shrinking', [9000, 8000, 7000, 6000, 5000, 4000, 3000, 2000]],
  ['the lag stays the same', [5000, 5010, 4990, 5000, 5005, 5000, 5000, 5000]],
  ['nothing shows if the lag shrinks', [5000]],
])('%s', (text, lags) => {
  expect(after(lags)).toContain(text);
});
