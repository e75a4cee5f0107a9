import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Account } from '../../../../src/base/account.ts';
import { commonOf, lackingOf } from '../../../../src/capabilities/accounts/grants/covered.ts';
import { type Grant, grantSql } from '../../../../src/capabilities/accounts/grants/grant.ts';
import { parseGrantRow } from '../../../../src/capabilities/accounts/grants/parse.ts';

const app: Account = { kind: 'user', user: 'app', host: '%' };
const role = (user: string): Account => ({ kind: 'user', user, host: '%' });

/** Rights as SHOW GRANTS prints them, without `TO`. */
const grants = (...rows: string[]): Grant[] =>
  rows.flatMap((row) => {
    const [what, option = ''] = row.split(/ (?=WITH )/);
    return parseGrantRow(`GRANT ${what} TO \`app\`@\`%\` ${option}`.trim(), app);
  });
const defaults = (...names: string[]): Grant => ({ kind: 'default roles', roles: names.map(role) });
const sql = (grant: Grant | undefined) => grant && grantSql(grant, app).replace(/^GRANT | TO 'app'@'%'/g, '');

/** What is wanted, what is held, what lacks of it, and what is common. */
const ROWS: readonly [string, string, string[], string | undefined, string | undefined][] = [
  ['the same', 'SELECT ON `a`.*', ['SELECT ON `a`.*'], undefined, 'SELECT ON `a`.*'],
  ['a merged row', 'SELECT ON `a`.*', ['SELECT, INDEX, DELETE ON `a`.*'], undefined, 'SELECT ON `a`.*'],
  ['a part', 'SELECT, INSERT ON `a`.*', ['SELECT, INDEX ON `a`.*'], 'INSERT ON `a`.*', 'SELECT ON `a`.*'],
  ['nothing', 'SELECT ON `a`.*', [], 'SELECT ON `a`.*', undefined],
  ['another object', 'SELECT ON `a`.*', ['SELECT ON `b`.*', 'SELECT ON `a`.`t`'], 'SELECT ON `a`.*', undefined],
  [
    'two rows on one object',
    'SELECT, INSERT ON *.*',
    ['SELECT ON *.*', 'INSERT ON *.*'],
    undefined,
    'SELECT, INSERT ON *.*',
  ],
  ['USAGE', 'USAGE ON *.*', [], undefined, 'USAGE ON *.*'],
  ['ALL for one', 'SELECT ON `a`.*', ['ALL PRIVILEGES ON `a`.*'], undefined, 'SELECT ON `a`.*'],
  ['one for ALL', 'ALL PRIVILEGES ON `a`.*', ['SELECT ON `a`.*'], 'ALL PRIVILEGES ON `a`.*', 'SELECT ON `a`.*'],
  ['a column', 'SELECT (`c`) ON `a`.`t`', ['SELECT (`c`, `d`) ON `a`.`t`'], undefined, 'SELECT (`c`) ON `a`.`t`'],
  ['the table for a column', 'SELECT (`c`) ON `a`.`t`', ['SELECT ON `a`.`t`'], undefined, 'SELECT (`c`) ON `a`.`t`'],
  [
    'a column for the table',
    'SELECT ON `a`.`t`',
    ['SELECT (`c`) ON `a`.`t`'],
    'SELECT ON `a`.`t`',
    'SELECT (`c`) ON `a`.`t`',
  ],
  [
    'one column of two',
    'SELECT (`c`, `d`) ON `a`.`t`',
    ['SELECT (`c`) ON `a`.`t`'],
    'SELECT (`d`) ON `a`.`t`',
    'SELECT (`c`) ON `a`.`t`',
  ],
  [
    'a routine',
    'EXECUTE ON PROCEDURE `a`.`p`',
    ['EXECUTE ON FUNCTION `a`.`p`'],
    'EXECUTE ON PROCEDURE `a`.`p`',
    undefined,
  ],
  [
    'with the option, held so',
    'SELECT ON `a`.* WITH GRANT OPTION',
    ['SELECT ON `a`.* WITH GRANT OPTION'],
    undefined,
    'SELECT ON `a`.* WITH GRANT OPTION',
  ],
  ['more than wanted', 'SELECT ON `a`.*', ['SELECT ON `a`.* WITH GRANT OPTION'], undefined, 'SELECT ON `a`.*'],
  [
    'the option lacks',
    'SELECT ON `a`.* WITH GRANT OPTION',
    ['SELECT ON `a`.*'],
    'SELECT ON `a`.* WITH GRANT OPTION',
    'SELECT ON `a`.*',
  ],
  [
    'the option alone',
    'USAGE ON *.* WITH GRANT OPTION',
    ['SELECT ON *.* WITH GRANT OPTION'],
    undefined,
    'USAGE ON *.* WITH GRANT OPTION',
  ],
  [
    'the option alone lacks',
    'USAGE ON *.* WITH GRANT OPTION',
    ['SELECT ON *.*'],
    'USAGE ON *.* WITH GRANT OPTION',
    undefined,
  ],
  [
    'a dynamic privilege in its own row',
    'BACKUP_ADMIN ON *.*',
    ['SELECT ON *.*', 'BACKUP_ADMIN,XA_RECOVER_ADMIN ON *.*'],
    undefined,
    'BACKUP_ADMIN ON *.*',
  ],
  ['a role', '`r`@`%`', ['`r`@`%`'], undefined, "'r'@'%'"],
  ['a role, held with ADMIN', '`r`@`%`', ['`r`@`%` WITH ADMIN OPTION'], undefined, "'r'@'%'"],
  ['a role with ADMIN, held without', '`r`@`%` WITH ADMIN OPTION', ['`r`@`%`'], "'r'@'%' WITH ADMIN OPTION", "'r'@'%'"],
  ['another role', '`r`@`%`', ['`s`@`%`'], "'r'@'%'", undefined],
  [
    'a proxy, held with the option',
    "PROXY ON 'b'@'%'",
    ["PROXY ON 'b'@'%' WITH GRANT OPTION"],
    undefined,
    "PROXY ON 'b'@'%'",
  ],
  [
    'a proxy with the option',
    "PROXY ON 'b'@'%' WITH GRANT OPTION",
    ["PROXY ON 'b'@'%'"],
    "PROXY ON 'b'@'%' WITH GRANT OPTION",
    "PROXY ON 'b'@'%'",
  ],
];

describe('of what is wanted, what lacks and what is common', () => {
  it.each(ROWS)('%s: %s, held %j', (_, wanted, held, lacking, common) => {
    const [one] = grants(wanted);
    if (!one) throw new Error(`no right: ${wanted}`);
    expect([sql(lackingOf(one, grants(...held))), commonOf(one, grants(...held)).map(sql)[0]]).toEqual([
      lacking,
      common,
    ]);
  });

  it('default roles: those that are there stay in the list', () => {
    expect(lackingOf(defaults('a'), [defaults('a', 'b')])).toBeUndefined();
    expect(lackingOf(defaults('a'), [defaults('b')])).toEqual(defaults('b', 'a'));
    expect(lackingOf(defaults('a'), [])).toEqual(defaults('a'));
    expect(commonOf(defaults('a', 'b'), [defaults('b', 'c')])).toEqual([defaults('b')]);
    expect(commonOf(defaults('a'), [defaults('b')])).toEqual([]);
  });

  it('the right to hand on is held for a part alone, as of a dynamic privilege', () => {
    const [wanted] = grants('SELECT, BACKUP_ADMIN ON *.* WITH GRANT OPTION');
    const held = grants('SELECT ON *.*', 'BACKUP_ADMIN ON *.* WITH GRANT OPTION');
    expect(wanted && commonOf(wanted, held).map(sql)).toEqual([
      'BACKUP_ADMIN ON *.* WITH GRANT OPTION',
      'SELECT ON *.*',
    ]);
  });
});

const column = fc.constantFrom('c', 'd', 'e');
const privilege = fc.oneof(
  fc.constantFrom('SELECT', 'INSERT', 'DELETE').map((name) => ({ name, columns: [] as string[] })),
  fc.record({ name: fc.constantFrom('SELECT', 'INSERT'), columns: fc.uniqueArray(column, { minLength: 1 }) }),
  fc.constant({ name: 'ALL PRIVILEGES', columns: [] as string[] }),
);
const right = fc.oneof(
  fc.record({
    kind: fc.constant('privileges' as const),
    privileges: fc.uniqueArray(privilege, { minLength: 1, maxLength: 3, selector: (p) => p.name }),
    on: fc.constantFrom('t', 'u').map((name) => ({ type: 'TABLE', db: 'a', name })),
    grantOption: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('role' as const),
    role: fc.constantFrom('r', 's').map(role),
    adminOption: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('proxy' as const),
    on: fc.constantFrom('r', 's').map(role),
    grantOption: fc.boolean(),
  }),
  fc.uniqueArray(fc.constantFrom('r', 's', 't'), { minLength: 1 }).map((names) => defaults(...names)),
);
const properties = (check: (wanted: Grant, held: Grant[]) => void) =>
  fc.assert(fc.property(right, fc.array(right, { maxLength: 4 }), check), { numRuns: 5000 });

describe('for any rights', () => {
  it('what lacks and what is held give all that is wanted', () => {
    properties((wanted, held) => {
      const lacking = lackingOf(wanted, held);
      if (lacking)
        expect(lackingOf(wanted, lacking.kind === 'default roles' ? [lacking] : [...held, lacking])).toBeUndefined();
    });
  });

  it('what is common is within what is wanted, and within what is held', () => {
    properties((wanted, held) => {
      for (const common of commonOf(wanted, held)) {
        expect(lackingOf(common, [wanted])).toBeUndefined();
        expect(lackingOf(common, held)).toBeUndefined();
      }
    });
  });

  it('what lacks and what is common give all that is wanted', () => {
    properties((wanted, held) => {
      const lacking = lackingOf(wanted, held);
      const parts = [...(lacking ? [lacking] : []), ...commonOf(wanted, held)];
      expect(lackingOf(wanted, parts)).toBeUndefined();
    });
  });

  it('nothing lacks of what is held', () => {
    properties((wanted, held) => {
      expect(lackingOf(wanted, [...held, wanted])).toBeUndefined();
    });
  });
});
