import { describe, expect, it } from 'vitest';
import { type ClockReading, clockFindings, clockReading } from '../../../../src/procedures/check/clocks.ts';

const reading = (host: string, aheadMs: number, giveMs = 10): ClockReading => ({
  ...{ host, where: `${host}:3306`, aheadMs, giveMs },
});

describe('clocks', () => {
  it('two seconds apart are no matter; what a slow answer leaves open is none either', () => {
    expect(clockFindings([reading('a', 1900)], [reading('b', -1900), reading('c', 5000, 3500)])).toEqual([]);
  });

  it('of hosts are reported unless their servers show the same', () => {
    const servers = [reading('a', 0), reading('b', 5000)];
    const found = clockFindings(servers, [reading('a', 90_000), reading('b', 5100), reading('c', -3000)]);
    expect(found.map(({ where, text }) => `${where} ${text.split(':')[0]}`)).toEqual([
      'a:3306 its clock is 90.0 s ahead of this host’s',
      'c:3306 its clock is 3.0 s behind this host’s',
    ]);
  });

  it('if all others agree, it is this host’s', () => {
    const found = clockFindings([reading('a', 60_000), reading('b', 60_500)], [reading('a', 59_900)]);
    expect(found).toMatchObject([{ level: 'warning', where: 'this host' }]);
    expect(found[0]?.text).toMatch(/^its clock is 60\.0 s behind that of every server/);
    expect(clockFindings([], [])).toEqual([]);
  });

  it('a reading lies between the question and the answer', () => {
    expect(clockReading('a', 'a', 10_000, 9_000, 9_500)).toMatchObject({ aheadMs: 750, giveMs: 250 });
  });
});
