import { describe, expect, it } from 'vitest';
import { type ClockReading, clockFindings, clockReading } from '../../../src/procedures/check/clocks.ts';

const reading = (host: string, aheadMs: number, giveMs = 10): ClockReading => ({
  ...{ host, where: `${host}:3306`, aheadMs, giveMs },
});

describe('clocks', () => {
  it('two seconds apart are no matter; what a slow answer leaves open is none either', () => {
    const within = [reading('a', 1900), reading('b', -1900), reading('c', 5000, 3500)];
    expect(clockFindings(within)).toEqual([]);
  });

  it('ahead and behind, each host once', () => {
    const texts = clockFindings([reading('a', 0), reading('b', 5000), reading('b', 90_000), reading('c', -3000)]);
    expect(texts.map(({ where, text }) => `${where} ${text.split(':')[0]}`)).toEqual([
      'b:3306 its clock is 90.0 s ahead of this host’s',
      'c:3306 its clock is 3.0 s behind this host’s',
    ]);
  });

  it('where all others agree, it is this host’s', () => {
    const found = clockFindings([reading('a', 60_000), reading('b', 60_500), reading('c', 59_900)]);
    expect(found).toMatchObject([{ level: 'warning', where: 'this host' }]);
    expect(found[0]?.text).toMatch(/^its clock is 60\.0 s behind all the servers’/);
  });

  it('a reading lies between the question and the answer', () => {
    expect(clockReading('a', 'a', 10_000, 9_000, 9_500)).toMatchObject({ aheadMs: 750, giveMs: 250 });
  });
});
