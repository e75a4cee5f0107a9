import { describe, expect, it } from 'vitest';
import { nameOf } from '../../../../src/base/server.ts';
import { parseHosts } from '../../../../src/config/client/hostList.ts';

const names = (...words: string[]) => parseHosts(words).map(nameOf);

describe('the servers of a command line', () => {
  it.each([
    [
      ['3306', 'abc1', 'def2'],
      ['abc1:3306', 'def2:3306'],
    ],
    [
      ['3307', 'abc1', 'def2:3308'],
      ['abc1:3307', 'def2:3308'],
    ],
    [
      ['abc1', 'def2:3307'],
      ['abc1:3306', 'def2:3307'],
    ],
    [
      ['[2001:db8::7]:3307', '[::1]', '::1'],
      ['[2001:db8::7]:3307', '[::1]:3306'],
    ],
    [
      ['3310', '::1', '10.0.0.1'],
      ['[::1]:3310', '10.0.0.1:3310'],
    ],
    [['ABC', 'abc', 'abc:3306'], ['abc:3306']],
    [
      ['db_1.example.com.', 'x'],
      ['db_1.example.com.:3306', 'x:3306'],
    ],
  ])('%j', (words, expected) => {
    expect(names(...words).map((n) => n.toLowerCase())).toEqual(expected);
  });

  it.each([
    [['3306'], /name at least one host after the port 3306/],
    [['99999', 'abc'], /99999 is no port/],
    [['abc:x'], /"x" is no port/],
    [['abc:'], /"" is no port/],
    [['[abc]:3306'], /only an IPv6 address stands in brackets/],
    [['1:2:3'], /is no (port|host name or address)/],
    [['a b', 'c;d', '-x', ''], /"a b" is no host.*"c;d" is no host.*"-x" is no host.*"" is no host/s],
    [['\u001b[31m'], /"\\u001b\[31m" is no host/],
  ])('%j is refused', (words, message) => {
    expect(() => parseHosts(words)).toThrow(message);
  });
});
