import { beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/base/finding.ts';
import { accounts } from '../../../src/procedures/check/servers/accounts/accounts.ts';
import { kept } from '../../../src/procedures/check/servers/accounts/kept.ts';
import { privileges } from '../../../src/procedures/check/servers/accounts/privileges.ts';
import { bad, follow, look, useCheckedLab } from '../../support/checking.ts';
import { secretsIn } from '../../support/zoo/secrets.ts';
import { rightsOf, stockZoo } from '../../support/zoo/zoo.ts';
import { PARTIAL_REVOKES } from '../../support/zoo/zooMysql.ts';
import { isMysql } from '../../tools/lab/kind.ts';

/** What a check tells of accounts; the first server is the master. */
const { lab, on, onMaster, provoke } = useCheckedLab();

describe('an account', () => {
  const differs = { check: accounts, code: 'account_differs', where: 1 } as const;
  const warn = { settings: { accountMismatch: 'warn' } } as const;

  it('that a candidate lacks', async () => {
    const cause = () => on(1, "DROP USER app@'%'");
    await provoke({ ...differs, level: 'error', text: /'app'@'%' is missing/, cause, mend: 'follow' });
    await provoke({ ...differs, level: 'warning', as: warn, cause, mend: 'follow' });
    await (await lab.server(1).connect('app', 'lab-app', { database: 'app' })).end();
  });

  it('that has other rights there', () =>
    provoke({
      ...{ ...differs, level: 'error', text: /'app'@'%' has other rights/ },
      cause: () => on(1, "REVOKE DELETE ON app.* FROM app@'%'", "GRANT SELECT ON mysql.* TO app@'%'"),
      mend: 'follow',
    }));

  it('that is locked there', () =>
    provoke({
      ...{ ...differs, level: 'error', text: /logs in otherwise/ },
      cause: () => on(1, "ALTER USER app@'%' ACCOUNT LOCK"),
      mend: 'follow',
    }));

  it.runIf(!isMysql)('that has another password there', async () => {
    const cause = () => on(1, "ALTER USER app@'%' IDENTIFIED BY 'other'");
    await provoke({ ...differs, level: 'error', text: /logs in otherwise/, cause, mend: 'follow' });
  });

  it('that is kept, or the administrator’s', async () => {
    const rules = { preserve: [{ matches: (user: string) => user === 'app' }] };
    const app = () => on(1, "DROP USER app@'%'");
    await provoke({ ...differs, level: 'warning', as: { rules }, cause: app, mend: 'follow' });
    const root = () => on(1, "REVOKE INSERT ON *.* FROM root@'%'");
    await provoke({ ...differs, level: 'note', text: /'root'@'%'/, cause: root, mend: 'follow' });
  });

  it('that only a replica has', () =>
    provoke({
      ...{ check: accounts, code: 'account_extra', level: 'warning', where: 2, text: /'extra'@'%' is missing/ },
      cause: () => on(2, "CREATE USER extra@'%'"),
      mend: () => on(2, "DROP USER extra@'%'"),
    }));

  it('of many that differ: the first twenty, and how many more', async () => {
    const all = Array.from({ length: 25 }, (_, i) => `many${i}@'%'`);
    await onMaster(...all.map((name) => `CREATE USER ${name} IDENTIFIED BY 'zpw-many'`));
    await on(1, `DROP USER ${all.join(', ')}`);
    const found = await look(lab, [accounts]);
    expect(bad(found)).toHaveLength(21);
    expect(bad(found).at(-1)?.text).toBe('5 more accounts differ');
    await on(0, `DROP USER ${all.join(', ')}`);
    await on(2, `DROP USER ${all.join(', ')}`);
    expect(bad(await look(lab, [accounts]))).toEqual([]);
  });
});

describe('a zoo of accounts', () => {
  beforeEach(async () => {
    await lab.reset();
    if (isMysql) for (const server of lab.servers) await server.admin('SET GLOBAL partial_revokes = ON');
    await stockZoo(lab.server(0));
    if (isMysql) await lab.server(0).adminAll(PARTIAL_REVOKES);
    await lab.waitReplicasLevel();
  });

  it('that all servers have is nothing bad, and no secret is shown', async () => {
    const found = await look(lab);
    expect(bad(found).map((f) => f.code)).toEqual([]);
    expect(found.map((f) => f.code)).toEqual(expect.arrayContaining(['locked_instead', 'cannot_give_back']));
    expect(await secretsIn(lab, [JSON.stringify(found)])).toEqual([]);
  });

  it('that a candidate lacks is made there by what is printed, locked until it has its password', async () => {
    const some = /z_(db|member|admin|column|routine|proxy2|only_option|locked|writer|reader)/;
    const names = Object.keys(await rightsOf(lab.server(1))).filter((name) => some.test(name));
    const wanted = grantsAlone(await rightsOf(lab.server(1)));
    for (const name of names) await on(1, `DROP ${isMysql || name.includes('@') ? 'USER' : 'ROLE'} ${name}`);
    const found = await lacking();
    expect(await secretsIn(lab, [JSON.stringify(found)])).toEqual([]);
    expect(found.length).toBeGreaterThanOrEqual(names.length);
    for (const finding of found) await follow(lab, finding);
    expect(grantsAlone(await rightsOf(lab.server(1)))).toEqual(wanted);
    expect((await lacking()).map((f) => f.text).filter((text) => !text.includes('logs in otherwise'))).toEqual([]);
  });

  it.each(['z_db', 'z_member', 'z_column', 'z_routine', 'z_admin', 'z_global'])(
    '%s that has nothing left is given all',
    async (user) => {
      const before = await rightsOf(lab.server(1));
      const name = Object.keys(before).find((n) => n.startsWith(`'${user}'@`)) ?? '';
      await on(1, `REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${name}`);
      if (isMysql && ['z_member', 'z_admin'].includes(user)) await on(1, `REVOKE z_reader FROM ${name}`);
      const [finding, ...more] = await lacking();
      expect(finding, name).toMatchObject({ code: 'account_differs', level: 'error' });
      expect(more).toEqual([]);
      await follow(lab, finding as Finding);
      expect(await rightsOf(lab.server(1))).toEqual(before);
    },
  );

  const lacking = async () => {
    const about = `${lab.server(1).host}:${lab.server(1).port}`;
    return bad(await look(lab, [accounts])).filter((f) => f.where === about);
  };
});

/** Without how they log in. */
function grantsAlone(rights: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(rights).map(([name, lines]) => [
      name,
      lines
        .filter((l) => /^(GRANT|REVOKE|SET)/.test(l))
        .map((l) => l.replace(/ (IDENTIFIED|REQUIRE) .*?(?= WITH |$)/, '')),
    ]),
  );
}

describe('who is kept', () => {
  const SUPER = isMysql ? 'CONNECTION_ADMIN' : 'SUPER';
  const preserve = [{ matches: (user: string) => user === 'tool' }];

  it('and may write in spite of read_only', async () => {
    await lab.reset();
    await provoke({
      ...{
        check: kept,
        code: 'writes_in_spite',
        level: 'warning',
        where: 0,
        text: /'tool'@'%'/,
        as: { rules: { preserve } },
      },
      cause: () => onMaster("CREATE USER tool@'%'", `GRANT ${SUPER} ON *.* TO tool@'%'`),
      mend: () => onMaster(`REVOKE ${SUPER} ON *.* FROM tool@'%'`),
    });
  });

  it('and logs in as somebody who is shut out', () =>
    provoke({
      ...{
        check: kept,
        code: 'kept_proxy',
        level: 'note',
        where: 0,
        text: /'tool'@'%' is kept/,
        as: { rules: { preserve } },
      },
      cause: () => onMaster("GRANT PROXY ON app@'%' TO tool@'%'"),
      mend: () => onMaster("REVOKE PROXY ON app@'%' FROM tool@'%'"),
    }));

  it('not, but locked: what runs with its rights', () =>
    provoke({
      ...{
        check: kept,
        code: 'locked_instead',
        level: 'note',
        where: 0,
        text: /'app'@'%' is locked .* procedure app.pay/,
      },
      cause: () => onMaster("CREATE DEFINER=app@'%' PROCEDURE app.pay() SELECT 1"),
      mend: () => onMaster('DROP PROCEDURE app.pay'),
    }));
});

describe("MHA's account", () => {
  const weak = { user: 'weak', password: 'lab-weak' };
  const as = { mha: weak, rules: { mhaUsers: ['weak', 'mha'] } };
  const LOOKS = isMysql ? 'REPLICATION CLIENT' : 'SLAVE MONITOR';

  it('that may do nothing is shown all that it needs, and has enough with what is printed', async () => {
    await lab.reset();
    await onMaster("CREATE USER weak@'%' IDENTIFIED BY 'lab-weak'", `GRANT ${LOOKS} ON *.* TO weak@'%'`);
    const found = await look(lab, [privileges], as);
    expect(found.map((f) => [f.level, f.code])).toEqual([
      ['error', 'privilege_missing'],
      ['error', 'privilege_missing'],
      ['warning', 'privilege_missing'],
      ['error', 'privilege_missing'],
      ['warning', 'privilege_missing'],
    ]);
    const own = (number: number) => found.filter((f) => f.where.startsWith(`${lab.server(number).host}:`));
    for (const number of [0, 1, 2]) await on(number, ...own(number).flatMap((f) => f.statements ?? []));
    expect(bad(await look(lab, [privileges], as))).toEqual([]);
  });

  it('that cannot give back what it takes: what would let it', async () => {
    const [found] = (await look(lab, [privileges], as)).filter((f) => f.code === 'cannot_give_back');
    expect(found?.text).toMatch(/'app'@'%'/);
    await onMaster(...(found?.statements ?? []));
    expect(await look(lab, [privileges], as)).toEqual([]);
    const session = await lab.server(0).connect(weak.user, weak.password);
    await session.query("REVOKE ALL PRIVILEGES, GRANT OPTION FROM app@'%'");
    await session.query("GRANT ALL PRIVILEGES ON app.* TO app@'%'");
    await session.end();
  });

  it.runIf(isMysql)('that may not touch accounts of the system', () =>
    provoke({
      ...{ check: privileges, code: 'system_user', level: 'error', where: 1, text: /'sys'@'%' hold SYSTEM_USER/, as },
      cause: () => onMaster("CREATE USER sys@'%'", "GRANT SELECT, SYSTEM_USER ON *.* TO sys@'%'"),
      mend: 'follow',
    }),
  );

  it('needs less on a server that cannot be the master', async () => {
    await onMaster("REVOKE ALL PRIVILEGES, GRANT OPTION FROM weak@'%'", `GRANT ${LOOKS} ON *.* TO weak@'%'`);
    const needed = async (noMaster: number[]) => {
      const found = await look(lab, [privileges], { ...as, noMaster });
      return found.filter((f) => f.where.startsWith(`${lab.server(2).host}:`)).flatMap((f) => f.statements ?? []);
    };
    const create = "GRANT CREATE USER ON *.* TO 'weak'@'%'";
    expect(await needed([])).toContain(create);
    expect(await needed([2])).not.toContain(create);
    expect(await needed([2])).toContain("GRANT SELECT ON *.* TO 'weak'@'%'");
  });

  it('that may not read the accounts', async () => {
    await on(0, "GRANT SELECT ON *.* TO weak@'%'");
    const found = await look(lab, [accounts], { ...as, servers: [0, 1] });
    expect(found).toMatchObject([{ level: 'warning', code: 'cannot_tell', text: expect.stringMatching(/denied/) }]);
  });
});
