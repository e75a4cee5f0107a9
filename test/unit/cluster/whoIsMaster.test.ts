import { describe, expect, it } from 'vitest';
import { masterAmong, type Placed } from '../../../src/cluster/whoIsMaster.ts';

/** `NAME`, `NAME<MASTER`; a `!` at the end: read_only. */
function cluster(text: string): Placed<string>[] {
  return text.split(' ').map((one) => {
    const [server = '', ...masters] = one.replace('!', '').split('<');
    return { server, masters, readOnly: one.endsWith('!') };
  });
}

describe('the master is', () => {
  it.each([
    ['who is followed and follows nobody', 'a b<a! c<a!', 'a'],
    ['that one, read_only or not', 'a! b<a! c<a', 'a'],
    ['the first of a chain', 'a b<a! c<b!', 'a'],
    ['not somebody who stands alone', 'a b<a! c', 'a'],
    ['of two that follow each other, the one that takes writes', 'a<b! b<a c<a!', 'b'],
    ['of two that are followed, the one that takes writes', 'a! b<a! c d<c!', 'c'],
    ['where nobody follows, the one that takes writes', 'a! b c!', 'b'],
    ['the only server', 'a!', 'a'],
  ])('%s: %s', (_, servers, master) => {
    expect(masterAmong(cluster(servers))).toBe(master);
  });

  it.each([
    ['two that follow each other take writes', 'a<b b<a'],
    ['two that follow each other take none', 'a<b! b<a!'],
    ['nobody follows, and several take writes', 'a b c!'],
    ['there is no server', ''],
  ])('unknown where %s', (_, servers) => {
    expect(masterAmong(servers === '' ? [] : cluster(servers))).toBeUndefined();
  });
});
