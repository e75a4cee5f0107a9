import { expect, it } from 'vitest';
import { Lag } from '../../../../src/procedures/stop/catchUp/lag.ts';

const at = (position: number, file = 'mysql-bin.000009') => ({ file, position });

it('goes on at once if the replica is level', () => {
  expect(new Lag().look(0, at(100), at(100))).toEqual({ behindMs: 0, goOn: true });
});

it('says how long ago the master was where the replica is', () => {
  const lag = new Lag();
  expect(lag.look(0, at(100), at(50))).toEqual({ behindMs: undefined, goOn: false });
  lag.look(100, at(200), at(60));
  expect(lag.look(300, at(300), at(150))).toEqual({ behindMs: 200, goOn: false });
});

it('knows that the tenth file comes after the ninth', () => {
  const lag = new Lag();
  lag.look(0, at(900), at(0));
  expect(lag.look(5, at(4, 'mysql-bin.000010'), at(4, 'mysql-bin.000010'))).toEqual({ behindMs: 0, goOn: true });
});

/** Looks every 5 ms at a replica that is `behindAt(ms)` behind a master that writes a byte a millisecond. */
function wait(behindAt: (ms: number) => number): { after: number; behindMs: number | undefined } {
  const lag = new Lag();
  for (let ms = 0; ms < 60_000; ms += 5) {
    const { behindMs, goOn } = lag.look(ms, at(1e6 + ms), at(1e6 + ms - behindAt(ms)));
    if (goOn) return { after: ms, behindMs };
  }
  throw new Error('it waited for a minute');
}

it('waits while the lag shrinks', () => {
  const { after, behindMs } = wait((ms) => Math.max(0, 8_000 - ms));
  expect(behindMs).toBeLessThanOrEqual(30);
  expect(after).toBeGreaterThan(7_900);
});

it('does not wait for long if the lag grows', () => {
  expect(wait((ms) => 300 + ms / 10).after).toBeLessThan(5_000);
});

it('takes a good moment if the lag goes up and down', () => {
  const { after, behindMs } = wait((ms) => 300 + 200 * Math.sin(ms / 200));
  expect(after).toBeLessThan(5_000);
  expect(behindMs).toBeLessThan(150);
});
