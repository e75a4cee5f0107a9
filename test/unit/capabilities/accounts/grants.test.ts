import { describe, expect, it } from 'vitest';
import type { Account } from '../../../../src/base/account.ts';
import { grantKey, grantSql, revokeSql } from '../../../../src/capabilities/accounts/grants/grant.ts';
import { parseGrantRow } from '../../../../src/capabilities/accounts/grants/parse.ts';
import { cannotGive } from '../../../../src/capabilities/accounts/shutOut/giveBack.ts';

const app: Account = { kind: 'user', user: 'app', host: '%' };
const parse = (row: string, holder = app) => parseGrantRow(row, holder);
const printed = (row: string) => parse(row).map((grant) => grantSql(grant, app));

/** Rows as MariaDB 10.11 and MySQL print them, and the statement each comes to. */
const ROWS: [string, string][] = [
  ['GRANT USAGE ON *.* TO `app`@`%`', "GRANT USAGE ON *.* TO 'app'@'%'"],
  [
    "GRANT SELECT, RELOAD ON *.* TO `app`@`%` IDENTIFIED BY PASSWORD '*AB' WITH GRANT OPTION",
    "GRANT SELECT, RELOAD ON *.* TO 'app'@'%' WITH GRANT OPTION",
  ],
  [
    "GRANT ALL PRIVILEGES ON *.* TO `app`@`%` IDENTIFIED VIA unix_socket REQUIRE SUBJECT 'WITH GRANT OPTION'",
    "GRANT ALL PRIVILEGES ON *.* TO 'app'@'%'",
  ],
  [
    'GRANT USAGE ON *.* TO `app`@`%` REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 90 GRANT OPTION',
    "GRANT USAGE ON *.* TO 'app'@'%' WITH GRANT OPTION",
  ],
  ['GRANT ALL PRIVILEGES ON `ap\\_%`.* TO `app`@`%`', "GRANT ALL PRIVILEGES ON `ap\\_%`.* TO 'app'@'%'"],
  [
    'GRANT SELECT (`co``l`, `sp ace`), UPDATE (`b`) ON `we``ird da"ta`.`t\'able` TO `app`@`%`',
    "GRANT SELECT (`co``l`, `sp ace`), UPDATE (`b`) ON `we``ird da\"ta`.`t'able` TO 'app'@'%'",
  ],
  [
    'GRANT EXECUTE, ALTER ROUTINE ON PROCEDURE `app`.`pay` TO `app`@`%` WITH GRANT OPTION',
    "GRANT EXECUTE, ALTER ROUTINE ON PROCEDURE `app`.`pay` TO 'app'@'%' WITH GRANT OPTION",
  ],
  ['GRANT EXECUTE ON PACKAGE BODY `app`.`p` TO `app`@`%`', "GRANT EXECUTE ON PACKAGE BODY `app`.`p` TO 'app'@'%'"],
  [
    "GRANT PROXY ON 'o''ther'@'10.%' TO 'app'@'%' WITH GRANT OPTION",
    "GRANT PROXY ON 'o''ther'@'10.%' TO 'app'@'%' WITH GRANT OPTION",
  ],
  ["GRANT PROXY ON ''@'%' TO 'app'@'%'", "GRANT PROXY ON ''@'%' TO 'app'@'%'"],
  ['GRANT `writers` TO `app`@`%`', "GRANT `writers` TO 'app'@'%'"],
  ["GRANT `ro``le's` TO `app`@`%` WITH ADMIN OPTION", "GRANT `ro``le's` TO 'app'@'%' WITH ADMIN OPTION"],
  ['GRANT `reader`@`%` TO `app`@`%`', "GRANT 'reader'@'%' TO 'app'@'%'"],
  [
    'GRANT BACKUP_ADMIN,XA_RECOVER_ADMIN ON *.* TO `app`@`%`',
    "GRANT BACKUP_ADMIN, XA_RECOVER_ADMIN ON *.* TO 'app'@'%'",
  ],
];

describe('a row of SHOW GRANTS', () => {
  it.each(ROWS)('%s', (row, statement) => {
    expect(printed(row)).toEqual([statement]);
    expect(printed(statement)).toEqual([statement]);
  });

  it('with several roles is one grant a role', () => {
    expect(printed('GRANT `a`@`%`,`b`@`%` TO `app`@`%`')).toEqual([
      "GRANT 'a'@'%' TO 'app'@'%'",
      "GRANT 'b'@'%' TO 'app'@'%'",
    ]);
  });

  it('that restricts is a restriction, on MySQL', () => {
    expect(printed('REVOKE INSERT, UPDATE ON `app`.* FROM `u`@`%`')).toEqual([
      "REVOKE INSERT, UPDATE ON `app`.* FROM 'app'@'%'",
    ]);
  });

  it('that sets the default role is no grant', () => {
    expect(parse('SET DEFAULT ROLE `writers` FOR `app`@`%`')).toEqual([]);
  });

  it('of a role counts only if the role is its grantee', () => {
    const role: Account = { kind: 'role', user: 'writers', host: '' };
    expect(parse('GRANT SELECT ON `app`.* TO `readers`', role)).toEqual([]);
    expect(parse('GRANT SELECT ON `app`.* TO `writers`', role)).toHaveLength(1);
  });

  it.each([
    'REVOKE SELECT ON `mysql`.* TO `app`@`%`',
    'GRANT select ON *.* TO `app`@`%`',
    "GRANT SELECT ON *.* TO `app`@`%` IDENTIFIED BY PASSWORD '*SECRET",
    'GRANT',
    '',
  ])('of another form is refused or read right, and never shown: %s', (row) => {
    try {
      expect(printed(row)).toEqual(["GRANT SELECT ON *.* TO 'app'@'%'"]);
    } catch (error) {
      expect((error as Error).message).toContain('of an unknown form');
      expect((error as Error).message).not.toContain('SECRET');
    }
  });
});

describe('a grant', () => {
  it('is the same whatever the order of its privileges and columns', () => {
    const key = (row: string) => parse(row).map(grantKey);
    expect(key('GRANT UPDATE (`b`, `a`), SELECT (`c`) ON `d`.`t` TO `app`@`%`')).toEqual(
      key('GRANT SELECT (`c`), UPDATE (`a`, `b`) ON `d`.`t` TO `app`@`%`'),
    );
    expect(key('GRANT SELECT ON `d`.* TO `app`@`%`')).not.toEqual(
      key('GRANT SELECT ON `d`.* TO `app`@`%` WITH GRANT OPTION'),
    );
  });

  it('is taken with its GRANT OPTION', () => {
    const everybody = { kind: 'public', user: '', host: '' } as const;
    const sql = (row: string) =>
      parse(row).flatMap((g) => (g.kind === 'privileges' || g.kind === 'proxy' ? [revokeSql(g, everybody)] : []));
    expect(sql('GRANT SELECT ON `test`.* TO `app`@`%` WITH GRANT OPTION')).toEqual([
      'REVOKE SELECT, GRANT OPTION ON `test`.* FROM PUBLIC',
    ]);
    expect(sql("GRANT PROXY ON 'a'@'%' TO 'app'@'%'")).toEqual(["REVOKE PROXY ON 'a'@'%' FROM PUBLIC"]);
  });
});

describe('ALL PRIVILEGES on a database', () => {
  const [all] = parse('GRANT ALL PRIVILEGES ON `d`.* TO `app`@`%`');
  const many =
    'SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER, CREATE TEMPORARY TABLES, LOCK TABLES, ' +
    'EXECUTE, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, EVENT, TRIGGER';
  const giver = (...privileges: string[]) =>
    privileges.flatMap((p) => parse(`GRANT ${p} ON *.* TO \`app\`@\`%\` WITH GRANT OPTION`));

  it.each([
    ['ALL PRIVILEGES', giver('ALL PRIVILEGES'), true],
    ['each one, on MariaDB, whose ALL has more in it', giver(many, 'SUPER'), false],
    ['each one, on MySQL', giver(many, 'CONNECTION_ADMIN'), true],
    ['one too few, on MySQL', giver(many.replace(', TRIGGER', ''), 'CONNECTION_ADMIN'), false],
  ])('can be given, or not, by who holds %s', (_, grants, can) => {
    expect(all && cannotGive(all, grants) === undefined).toBe(can);
  });
});
