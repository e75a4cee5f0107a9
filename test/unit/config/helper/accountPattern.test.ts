import { expect, it } from 'vitest';
import { parseAccounts } from '../../../../src/config/helper/accountPattern.ts';

/** Which of some accounts a list names. */
const named = (list: string, ...accounts: [string, string][]) => {
  const patterns = parseAccounts(list);
  return accounts.map(([user, host]) => patterns.some((pattern) => pattern.matches(user, host)));
};

it.each<[string, [string, string], boolean]>([
  ['monitor', ['monitor', '%'], true],
  ['monitor', ['Monitor', '%'], false],
  ['monitor', ['monitor2', '%'], false],
  ['a, b@localhost', ['b', 'LOCALHOST'], true],
  ['a, b@localhost', ['b', '%'], false],
  ['app@%', ['app', '%'], true],
  ['app@%', ['app', '10.0.0.1'], false],
  ['app_1', ['appx1', '%'], false],
  ['app?@10.*', ['app1', '10.0.0.1'], true],
  ['app?@10.*', ['app', '10.0.0.1'], false],
  ['app@10.0', ['app', '1010'], false],
  ["'app'@'10.0.*'", ['app', '10.0.0.1'], true],
  ['\'a,b\'@"%", c', ['a,b', '%'], true],
  ['a\\,b', ['a,b', 'x'], true],
  ['a\\*', ['a*', 'x'], true],
  ['a\\*', ['ab', 'x'], false],
  ['"a@b"', ['a@b', 'x'], true],
  ['a@b@c', ['a@b', 'c'], true],
  ["''@localhost", ['', 'localhost'], true],
  ["''", ['x', 'localhost'], false],
  ['"a;b#c" # all', ['a;b#c', 'x'], true],
  ['(a|b)', ['a', 'x'], false],
  ['(a|b)', ['(a|b)', 'x'], true],
  ["'two words'", ['two words', 'x'], true],
  ['a\\', ['a\\', 'x'], true],
  ['größe?', ['größe€', 'x'], true],
])('%s names %j: %s', (list, account, expected) => {
  expect(named(list, account)).toEqual([expected]);
});

it('names nobody if the list is empty', () => {
  expect(parseAccounts('')).toEqual([]);
  expect(parseAccounts(' # nobody')).toEqual([]);
});

it.each([
  ['a,', /empty name/],
  [',a', /empty name/],
  ["a, 'b", /' that is not closed/],
])('rejects %s', (list, message) => {
  expect(() => parseAccounts(list)).toThrow(message);
});
