import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { accountName, accountSql, identifier, quote } from '../../../src/base/account.ts';
import { Degraded, RollbackIncomplete, StepFailed, UsageError } from '../../../src/base/errors.ts';
import { Secret } from '../../../src/base/secret.ts';
import { hostAndPort, nameOf, sameEndpoint } from '../../../src/base/server.ts';
import { wrappedText } from '../../../src/base/text.ts';
import { exitCodeOf } from '../../../src/mha/exitCodes.ts';

describe('a secret', () => {
  it('shows itself in no way but when asked', () => {
    const secret = new Secret('hunter2');
    const shown = [`${secret}`, JSON.stringify({ secret }), inspect({ secret }), inspect(secret), String(secret)];
    expect(shown.filter((text) => text.includes('hunter2'))).toEqual([]);
    expect(secret.reveal()).toBe('hunter2');
  });
});

describe('names in SQL', () => {
  it.each([
    ["a'b", "'a''b'"],
    ['a\\', "'a\\\\'"],
    ['', "''"],
    ['ä "x"', '\'ä "x"\''],
  ])('%s as a string', (text, sql) => expect(quote(text)).toBe(sql));

  it('as an identifier, an account, a role, PUBLIC', () => {
    expect(identifier('a`b')).toBe('`a``b`');
    expect(accountSql({ kind: 'user', user: "o'r", host: '10.%' })).toBe("'o''r'@'10.%'");
    expect(accountSql({ kind: 'role', user: 'w`r', host: '' })).toBe('`w``r`');
    expect(accountSql({ kind: 'role', user: 'w', host: '%' })).toBe("'w'@'%'");
    expect(accountSql({ kind: 'public', user: 'PUBLIC', host: '' })).toBe('PUBLIC');
    expect(accountName({ kind: 'role', user: 'w', host: '' })).toBe("role 'w'");
  });
});

describe('a server', () => {
  it('is named with brackets if its host has colons', () => {
    expect(nameOf({ host: '2001:db8::1', port: 3306 })).toBe('[2001:db8::1]:3306');
  });

  it('is the same by name in any case, or by address, with the same port', () => {
    const one = { host: 'db1', ip: '192.0.2.1', port: 3306 };
    expect(sameEndpoint(one, { ...one, host: 'DB1', ip: '192.0.2.9' })).toBe(true);
    expect(sameEndpoint(one, { ...one, host: 'other' })).toBe(true);
    expect(sameEndpoint(one, { ...one, port: 3307 })).toBe(false);
  });
});

describe('an exit code', () => {
  it('is 10 only if MHA is to go on, and 2 only for wrong arguments', () => {
    expect(exitCodeOf(new Degraded('x'))).toBe(10);
    expect(exitCodeOf(new UsageError('x'))).toBe(2);
    for (const error of [new StepFailed('x'), new RollbackIncomplete('x'), new Error('x'), 'x', undefined]) {
      expect(exitCodeOf(error)).toBe(1);
    }
  });
});

it.each([
  ['db1', { host: 'db1' }],
  ['db1:3307', { host: 'db1', port: '3307' }],
  ['192.0.2.1:3307', { host: '192.0.2.1', port: '3307' }],
  ['2001:db8::7', { host: '2001:db8::7' }],
  ['::1', { host: '::1' }],
  ['[2001:db8::7]', { host: '2001:db8::7' }],
  ['[2001:db8::7]:3307', { host: '2001:db8::7', port: '3307' }],
  ['db1:x', { host: 'db1:x' }],
])('host and port of %s', (text, expected) => {
  expect(hostAndPort(text)).toEqual(expected);
});

it('breaks each line of a text, and continues it below its words', () => {
  const text =
    'short\n  - a problem with more words than fit\n  a sentence that is too long\n  GRANT SELECT ON app.orders TO teller;';
  expect(wrappedText(text, 20).split('\n')).toEqual([
    'short',
    '  - a problem with',
    '    more words than',
    '    fit',
    '  a sentence that is',
    '    too long',
    '  GRANT SELECT ON app.orders TO teller;',
  ]);
});
