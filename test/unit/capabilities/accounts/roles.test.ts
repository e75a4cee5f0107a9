import { describe, expect, it } from 'vitest';
import { accountSql } from '../../../../src/base/account.ts';
import { grantSql } from '../../../../src/capabilities/accounts/grants/grant.ts';
import { isLocked, parseDefaultRoles, parseRoleList } from '../../../../src/capabilities/accounts/grants/parse.ts';

describe('mandatory_roles', () => {
  it.each([
    ['', []],
    ['r1', ["'r1'@'%'"]],
    ["`r``1`@`%`,'r 2'@'10.%' , r3@localhost", ["'r`1'@'%'", "'r 2'@'10.%'", "'r3'@'localhost'"]],
    ['`a,b`@`x`', ["'a,b'@'x'"]],
    ['"it\'s"', ["'it''s'@'%'"]],
  ])('%s', (value, roles) => {
    expect(parseRoleList(value).map(accountSql)).toEqual(roles);
  });
});

describe('SHOW CREATE USER', () => {
  const created = (rest: string) =>
    `CREATE USER \`u\`@\`%\` IDENTIFIED WITH 'caching_sha2_password' AS '$A$DEFAULT ROLE \\'x\\' ACCOUNT LOCK' ${rest}`;
  const user = { kind: 'user', user: 'u', host: '%' } as const;

  it('names the default roles', () => {
    const [grant] = parseDefaultRoles(created('DEFAULT ROLE `r1`@`%`,`r2`@`10.%` REQUIRE NONE'));
    expect(grant && grantSql(grant, user)).toBe("ALTER USER 'u'@'%' DEFAULT ROLE 'r1'@'%', 'r2'@'10.%'");
  });

  it('names none if there is none, whatever the hash looks like', () => {
    expect(parseDefaultRoles(created('REQUIRE NONE PASSWORD EXPIRE DEFAULT'))).toEqual([]);
  });

  it('recognizes a lock', () => {
    expect(isLocked(created('ACCOUNT LOCK'))).toBe(true);
    expect(isLocked(created('ACCOUNT UNLOCK'))).toBe(false);
  });
});
