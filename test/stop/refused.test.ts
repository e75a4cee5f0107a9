import { describe, expect, it } from 'vitest';
import { bin, configureHooks, onlineArguments } from '../support/commands.ts';
import { startProxy } from '../support/proxy/proxy.ts';
import { DEAD, ONLINE, useRefusals } from '../support/refusals.ts';
import { helperSettings } from '../support/state/state.ts';
import { isMysql } from '../tools/lab/kind.ts';
import { run } from '../tools/lab/run.ts';

const { lab, online, expectRefused, expectHarmless, expectAsBefore, remember } = useRefusals();

describe('servers', () => {
  it('a wrong password', async () => {
    await expectRefused(
      { args: [...online('stop'), '--orig_master_password=wrong'] },
      1,
      /cannot connect as mha: Access denied/,
    );
  });

  it('a new master that is down', async () => {
    const { host } = lab.server(1);
    const nobody = host.replace(/\d+$/, '120');
    configureHooks(lab, [{}, {}, { hostname: nobody }]);
    const args = onlineArguments(lab, 'stop', lab.server(0), { host: nobody, port: 3306 });
    await expectRefused({ args }, 1, new RegExp(`${nobody}:3306: cannot connect as mha: .*ECONNREFUSED`));
  });

  it('a new master that the configuration does not list', async () => {
    const args = onlineArguments(lab, 'stop', lab.server(0), { host: '192.0.2.7', port: 3306 });
    await expectRefused({ args }, 1, /app1\.cnf does not list 192\.0\.2\.7:3306, only /);
  });

  it('the original master as the new one', async () => {
    const args = onlineArguments(lab, 'stop', lab.server(0), lab.server(0));
    await expectRefused({ args }, 1, /the new master is the original master/);
  });

  it('the original master as the new one, by another address', async () => {
    const listen = { host: lab.server(0).host.replace(/\d+$/, '121'), port: 3306 };
    const proxy = await startProxy({ listen, server: lab.server(0) });
    try {
      configureHooks(lab, [{}, {}, { hostname: proxy.host }]);
      await expectRefused({ args: onlineArguments(lab, 'stop', lab.server(0), proxy) }, 1, /are the same server/);
    } finally {
      await proxy.stop();
    }
  });

  it('the two masters the wrong way round', async () => {
    const args = onlineArguments(lab, 'stop', lab.server(1), lab.server(0));
    await expectRefused({ args }, 1, /does not replicate from .* but from nothing; choose a replica/);
  });
});

/** The names of what MHA's account needs; MySQL's SUPER holds some of it. */
const needs = isMysql
  ? {
      orig: [
        'SYSTEM_VARIABLES_ADMIN',
        'CONNECTION_ADMIN',
        'PROCESS',
        'CREATE USER',
        'SELECT',
        'EVENT',
        'SET_ANY_DEFINER',
      ],
      next: ['SYSTEM_VARIABLES_ADMIN', 'EVENT'],
    }
  : {
      orig: [
        'BINLOG ADMIN',
        'READ_ONLY ADMIN',
        'CONNECTION ADMIN',
        'PROCESS',
        'CREATE USER',
        'SELECT',
        'EVENT',
        'SET USER',
      ],
      next: ['READ_ONLY ADMIN', 'EVENT'],
    };

/** A password of its own cannot be seen where hashes are salted. */
const otherLogin = isMysql ? 'REQUIRE SSL' : "IDENTIFIED BY 'zpw-x'";

describe('MHA’s account', () => {
  const other = { user: 'partial', password: 'zpw-partial' };
  const grant = async (...revoked: string[]) => {
    await lab.server(0).adminAll([
      // Anew: a dynamic privilege that was granted twice is still in MySQL's memory after one REVOKE (seen on 9.7).
      "DROP USER partial@'%'",
      "CREATE USER partial@'%' IDENTIFIED BY 'zpw-partial'",
      "GRANT ALL PRIVILEGES ON *.* TO partial@'%' WITH GRANT OPTION",
      ...revoked.map((privilege) => `REVOKE ${privilege} ON *.* FROM partial@'%'`),
    ]);
    await lab.waitReplicasLevel();
    await remember();
    const hook = { master_ip_online_change_script: bin(ONLINE), master_ip_failover_script: bin(DEAD) };
    lab.configure({ ...other, ...hook });
  };
  const asOther = (name: string) => [
    ...online(name),
    ...['orig', 'new'].flatMap((role) => [`--${role}_master_user=partial`, `--${role}_master_password=zpw-partial`]),
  ];
  it.each([...needs.orig, 'GRANT OPTION'])('without %s: stop is refused', async (privilege) => {
    await grant('SUPER', privilege);
    const lacks = new RegExp(`${lab.server(0).host}:3306: the MHA account 'partial'@'%' lacks ${privilege}`);
    await expectRefused({ args: asOther('stop') }, 1, lacks);
  });

  it.each(needs.next)('without %s on the new master: status of both hooks fails', async (privilege) => {
    await grant('SUPER', privilege);
    const lacks = new RegExp(`${lab.server(1).host}:3306: the MHA account 'partial'@'%' lacks ${privilege}`);
    for (const command of [ONLINE, DEAD]) await expectRefused({ command, args: asOther('status') }, 1, lacks);
  });

  it.each(['CREATE USER', 'GRANT OPTION'])('without %s, which only a planned switch needs', async (privilege) => {
    await grant('SUPER', privilege);
    const lacks = new RegExp(`${lab.server(1).host}:3306: the MHA account 'partial'@'%' lacks ${privilege}`);
    await expectRefused({ args: asOther('status') }, 1, lacks);
    const failover = await run(bin(DEAD), asOther('status'));
    expect(failover.code, failover.stderr).toBe(0);
  });

  it.skipIf(isMysql)(
    'with SUPER but without READ_ONLY ADMIN, which SUPER no longer holds: stop is refused',
    async () => {
      await grant('READ_ONLY ADMIN');
      await expectRefused({ args: asOther('stop') }, 1, /lacks READ_ONLY ADMIN/);
    },
  );
});

describe('an account that another server has not, or not so', () => {
  const only = async (index: number, ...sql: string[]) => {
    await lab.server(index).adminAll(['SET sql_log_bin = 0', ...sql]);
    await remember();
  };

  it.each([
    [
      'with other rights',
      1,
      ["REVOKE INSERT ON app.orders FROM teller@'%'"],
      /'teller'@'%' has other rights on .*\.2:3306/,
    ],
    [
      'with another login',
      1,
      ["GRANT INSERT ON app.orders TO teller@'%'", `ALTER USER teller@'%' ${otherLogin}`],
      /'teller'@'%' logs in otherwise .* on .*\.2:3306/,
    ],
    ['missing on the new master', 1, ["DROP USER teller@'%'"], /'teller'@'%' is missing on .*\.2:3306/],
    ['missing on a replica', 2, ["DROP USER IF EXISTS teller@'%'"], /'teller'@'%' is missing on .*\.3:3306/],
  ] as const)('%s: stop is refused, and says what to do', async (_, index, sql, text) => {
    await only(index, ...sql);
    await expectRefused({ args: online('stop') }, 1, text);
    await expectRefused(
      { args: online('stop') },
      1,
      /make it the same on every server, or set account_mismatch = warn/,
    );
  });

  it('with account_mismatch = warn, stop says so and goes on', async () => {
    helperSettings(lab, { account_mismatch: 'warn', kill_after_timeout: 0.5 });
    const result = await run(bin(ONLINE), online('stop'));
    expect(result.code, result.stdout + result.stderr).toBe(0);
    expect(result.stdout).toMatch(/\[warning\] 'teller'@'%' is missing on .*\.2:3306/);
    await expectHarmless(result);
    const recovered = await run(bin('mha_recover'), [`--conf=${lab.confFile}`]);
    expect(recovered.code, recovered.stdout + recovered.stderr).toBe(0);
    await expectAsBefore();
  });
});
