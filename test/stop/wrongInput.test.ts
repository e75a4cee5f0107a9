import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { bin, type Command, configureHooks, onlineArguments } from '../support/commands.ts';
import { install } from '../support/installed.ts';
import { startProxy } from '../support/proxy/proxy.ts';
import { clusterState, helperSettings } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';
import { secretsIn } from '../support/zoo/secrets.ts';
import { isMysql } from '../tools/lab/kind.ts';
import { type RunResult, run } from '../tools/lab/run.ts';

const ONLINE: Command = 'master_ip_online_change';
const DEAD: Command = 'master_ip_failover';

const lab = useLab({
  ssh: false,
  stock: [
    'CREATE TABLE app.orders (id INT PRIMARY KEY)',
    "CREATE USER teller@'%' IDENTIFIED BY 'zpw-teller'",
    "GRANT SELECT, INSERT ON app.orders TO teller@'%'",
    'CREATE EVENT app.tick ON SCHEDULE EVERY 1 DAY DO DO 0',
    "CREATE USER partial@'%' IDENTIFIED BY 'zpw-partial'",
  ],
});
let before: Awaited<ReturnType<typeof clusterState>>;

beforeEach(async () => {
  configureHooks(lab);
  helperSettings(lab);
  before = await clusterState(lab);
});

const online = (command: string) => onlineArguments(lab, command, lab.server(0), lab.server(1));
const without = (args: readonly string[], ...names: string[]) =>
  args.filter((arg) => !names.some((name) => arg.startsWith(`--${name}`)));

interface Call {
  readonly args: readonly string[];
  readonly command?: Command;
  readonly program?: string;
  readonly env?: Record<string, string | undefined>;
}

/** Refused with that exit code and message; no server is other than it was; no stack, no secret. */
async function expectRefused({ args, command = ONLINE, program = bin(command), env }: Call, code: 1 | 2, text: RegExp) {
  const result = await run(program, args, env ? { env } : {});
  const output = result.stdout + result.stderr;
  expect(result.code, output).toBe(code);
  expect(result.stderr).toMatch(text);
  await expectHarmless(result);
  expect(await clusterState(lab)).toEqual(before);
}

async function expectHarmless({ stdout, stderr }: RunResult): Promise<void> {
  expect(stderr).not.toMatch(/^\s+at .*:\d+/m);
  expect(stderr).not.toMatch(/unexpected:|undefined|\[object/);
  expect(await secretsIn(lab, [stdout, stderr])).toEqual([]);
}

describe('arguments', () => {
  it.each([
    [
      'no command',
      ONLINE,
      () => without(online('stop'), 'command'),
      /--command is missing: one of stop, start, status/,
    ],
    ['no command', DEAD, () => [], /--command is missing: one of stop, stopssh, start, status/],
    ['an empty command', ONLINE, () => online(''), /--command/],
    ['an unknown command', ONLINE, () => online('stopssh'), /--command=stopssh is unknown/],
    ['an unknown command', DEAD, () => ['--command=toString'], /--command=toString is unknown/],
    [
      'stop without hosts',
      ONLINE,
      () => ['--command=stop'],
      /--orig_master_host is missing\n.*--new_master_host is missing/,
    ],
    [
      'stop without the new master',
      ONLINE,
      () => without(online('stop'), 'new_master'),
      /--new_master_host is missing/,
    ],
    ['status without a host', ONLINE, () => ['--command=status'], /--orig_master_host is missing/],
    ['status without a host', DEAD, () => ['--command=status'], /--orig_master_host is missing/],
    ['stopssh without a host', DEAD, () => ['--command=stopssh'], /--orig_master_host is missing/],
    ['start without hosts', DEAD, () => ['--command=start'], /--new_master_host is missing/],
    [
      'a port that is a word',
      ONLINE,
      () => [...online('stop'), '--orig_master_port=many'],
      /--orig_master_port=many is not a port/,
    ],
    ['a port of 0', ONLINE, () => [...online('stop'), '--new_master_port=0'], /--new_master_port=0 is not a port/],
    [
      'a port too high',
      DEAD,
      () => ['--command=status', '--orig_master_host=h', '--orig_master_port=65536'],
      /65536 is not a port/,
    ],
    [
      'a host without a value',
      ONLINE,
      () => [...online('status'), '--orig_master_host='],
      /--orig_master_host needs a value/,
    ],
    ['a word too many', ONLINE, () => [...online('status'), 'please'], /unexpected argument: please/],
  ] as const)('%s (%s): exit 2', async (_, command, args, text) => {
    await expectRefused({ command, args: args() }, 2, text);
  });
});

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

describe.each([
  ['stop', ONLINE],
  ['status', ONLINE],
  ['status', DEAD],
] as const)('configuration, in %s of %s', (name, command) => {
  const call = (conf: string): Call => ({ command, args: [...without(online(name), 'conf'), `--conf=${conf}`] });

  it('that is not there', async () => {
    await expectRefused(call('/nowhere/app1.cnf'), 1, /\/nowhere\/app1\.cnf: cannot be read as MHA's configuration/);
  });

  it('that is a folder', async () => {
    await expectRefused(call(lab.folder), 1, /cannot be read as MHA's configuration/);
  });

  it.each([
    ['garbage', '\0\x01\xff[[[', /line 1/],
    ['no server', '[server default]\nuser=mha\n', /no server\. Add a section/],
    ['a parameter that MHA does not know', '[server1]\nhostname=127.0.0.1\nsecret=zpw-9\n', /secret/],
    ['another cluster', '[server1]\nhostname=192.0.2.1\n', /does not list 127\./],
  ])('that holds %s', async (_, text, message) => {
    const file = join(lab.folder, 'wrong.cnf');
    writeFileSync(file, text);
    await expectRefused(call(file), 1, message);
  });

  it('of the helper, that is wrong in several places', async () => {
    helperSettings(lab, '[default]\nkill_after_timeout = soon\nkill_fast = 1\n');
    await expectRefused({ command, args: online(name) }, 1, /line 2: .*kill_after_timeout.*\n.*line 3: .*kill_fast/);
  });

  it('that two files of the searched folders hold', async () => {
    const folder = join(lab.folder, 'installed');
    const { conf, bin: programOf } = install(folder);
    try {
      for (const file of ['one.cnf', 'two.conf']) copyFileSync(lab.confFile, join(conf, file));
      const args = without(online(name), 'conf');
      const searching: Call = { command, program: programOf(command), args, env: { MHA_HELPER_CONF: undefined } };
      await expectRefused(searching, 1, /more than one file lists .*--conf=FILE.*\n.*one\.cnf\n.*two\.conf/);
      for (const file of ['one.cnf', 'two.conf']) rmSync(join(conf, file));
      await expectRefused(
        searching,
        1,
        /no file lists .* Looked at:\n(.*\n)*.*installed\/conf: no \*\.cnf or \*\.conf/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
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
    before = await clusterState(lab);
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
    before = await clusterState(lab);
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
    expect(await clusterState(lab)).toEqual(before);
  });
});
