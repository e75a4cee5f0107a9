import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bin, runCommand } from '../support/commands.ts';
import { CTRL_C, inTerminal } from '../support/process/terminal.ts';
import { startProxy } from '../support/proxy/proxy.ts';
import { type Seen, screenOf, seenOf, start, stop } from '../support/replicaStatus.ts';
import { start as begin } from '../support/scenes/mha.ts';
import { useLab } from '../support/useLab.ts';
import { secretsIn } from '../support/zoo/secrets.ts';
import { isMysql, KIND } from '../tools/lab/kind.ts';
import { run } from '../tools/lab/run.ts';
import { until } from '../tools/lab/wait.ts';

const lab = useLab({ ssh: false });
let home: string;
let optionFile: string;
const program = bin('mysql_replica_status');
const name = (index: number) => `${lab.server(index).host}:3306`;
const hosts = () => lab.servers.map((server) => server.host);

/** As an option file needs it: its quotes and backslashes escaped. */
const inQuotes = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;

beforeAll(async () => {
  for (const server of lab.servers) {
    await server.adminAll([
      'SET SESSION sql_log_bin = 0',
      "CREATE USER eyes@'%' IDENTIFIED BY 'zpw-eyes'",
      "GRANT ALL ON *.* TO eyes@'%'",
    ]);
  }
  home = join(lab.folder, 'home');
  mkdirSync(home);
  optionFile = join(home, 'other.cnf');
  const { user, password } = lab.mha;
  writeFileSync(optionFile, `[client]\nuser = ${user}\npassword = ${inQuotes(password)} # of MHA\n`, { mode: 0o600 });
});

const env = () => ({ HOME: home, NO_COLOR: undefined });

describe('servers on the command line', () => {
  it('PORT HOST..., with the account of an option file', async () => {
    const { code, stdout } = await screenOf(lab, ['3306', ...hosts(), `--defaults_file=${optionFile}`]);
    expect(stdout).toContain('Both replicas replicate and are level');
    expect(code).toBe(0);
  });

  it('HOST:PORT..., with the account of ~/.my.cnf', async () => {
    writeFileSync(
      join(home, '.my.cnf'),
      `[mysqld]\nuser=nobody\n[mysql]\nuser=${lab.mha.user}\npassword=${inQuotes(lab.mha.password)}\n`,
      { mode: 0o600 },
    );
    const named = hosts().map((host) => `${host}:3306`);
    expect(await screenOf(lab, named, { env: env() })).toMatchObject({ code: 0, stderr: '' });
    chmodSync(join(home, '.my.cnf'), 0o666);
    const refused = await screenOf(lab, named, { env: env() });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('everybody may write it') });
    writeFileSync(join(home, '.my.cnf'), '');
  });

  it('without a password and without a terminal: says what to do', async () => {
    const { code, stderr } = await screenOf(lab, ['3306', ...hosts()], { env: env() });
    expect(code).toBe(2);
    expect(stderr).toContain(`${join(home, '.my.cnf')}`);
    expect(stderr).toContain('--defaults_file=FILE');
  });

  it('--password works, and warns', async () => {
    const result = await runCommand('mysql_replica_status', [...hosts(), '--user=eyes', '--password=zpw-eyes']);
    expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining('everybody on this machine can see it') });
    expect(result.stdout + result.stderr).not.toContain('zpw');
  });

  it('a replica alone: that its master was not asked is said', async () => {
    const { code, stdout } = await screenOf(lab, [hosts()[1] as string, `--defaults_file=${optionFile}`]);
    expect(code).toBe(1);
    expect(stdout.replace(/\s+/g, ' ')).toContain('its master is not among the servers asked');
  });

  it('a master alone, and a wrong password', async () => {
    const alone = await screenOf(lab, [hosts()[0] as string, `--defaults_file=${optionFile}`]);
    expect(alone).toMatchObject({ code: 1, stdout: expect.stringMatching(/ master +mysql-bin\.\d+:\d+/) });
    const wrong = await screenOf(lab, [hosts()[0] as string, '--user=root', '--password=zpx']);
    expect(wrong).toMatchObject({ code: 1, stdout: expect.stringContaining('check user and password') });
  });

  it('with --conf, only those that are named', async () => {
    const { servers } = JSON.parse(
      (await screenOf(lab, ['--json', `--conf=${lab.confFile}`, hosts()[0] as string, hosts()[2] as string])).stdout,
    ) as Seen;
    expect(servers.map((s) => s.server)).toEqual([name(0), name(2)]);
  });

  it.each([
    [[], 'name the servers'],
    [['3306'], 'name at least one host'],
    [['abc', '[1.2.3.4]:3306', 'abc:0', 'a b'], 'only an IPv6 address stands in brackets'],
    [['abc', '--watch', '--wait_level'], 'exclude each other'],
    [['abc', '--watch=soon'], '--watch=soon: a number of seconds'],
    [['abc', '--ssl=maybe', '--password='], 'no, yes or verify'],
    [['abc', '--colour'], '--colour is unknown'],
  ])('%j: wrong arguments', async (args, message) => {
    const result = await run(program, args, { env: { ...env(), MHA_HELPER_CONF: undefined } });
    expect(result).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
  });
});

describe('an account that may not look', () => {
  it('is shown the GRANT, and that GRANT is enough', async () => {
    for (const server of lab.servers) {
      await server.adminAll(['SET SESSION sql_log_bin = 0', "CREATE USER mon@'%' IDENTIFIED BY 'zpw-mon'"]);
    }
    const file = join(home, 'mon.cnf');
    writeFileSync(file, '[client]\nuser=mon\npassword=zpw-mon\n', { mode: 0o600 });
    const args = [...hosts(), `--defaults_file=${file}`];
    const refused = await screenOf(lab, args);
    expect(refused.code).toBe(1);
    const told = refused.stdout.replace(/\s+/g, ' ');
    const grant = /GRANT [A-Z, ]+ ON \*\.\* TO 'mon'@'%'/.exec(told)?.[0] ?? '';
    expect(grant).toContain(isMysql ? 'REPLICATION CLIENT' : 'SLAVE MONITOR');
    for (const server of lab.servers) await server.adminAll(['SET SESSION sql_log_bin = 0', grant]);
    const allowed = await screenOf(lab, args);
    expect(allowed, allowed.stdout).toMatchObject({ code: 0 });
  });
});

describe('connections', () => {
  it('to an IPv6 address, in brackets', async () => {
    const proxy = await startProxy({
      listen: { host: '::1', port: 20_000 + (process.pid % 20_000) },
      server: lab.server(0),
    }).catch(() => undefined);
    if (!proxy) return console.warn('skipped: no IPv6 here');
    try {
      const { servers } = await seenOf(lab, [`[::1]:${proxy.port}`, name(1), `--defaults_file=${optionFile}`]);
      expect(servers.map((s) => [s.server, s.reachable])).toEqual([
        [`[::1]:${proxy.port}`, true],
        [name(1), true],
      ]);
    } finally {
      await proxy.stop();
    }
  });

  it('with TLS, or why not', async () => {
    const args = ['3306', ...hosts(), `--defaults_file=${optionFile}`];
    const { code, stdout } = await screenOf(lab, [...args, '--ssl=yes']);
    // MySQL, and MariaDB since 11.4, make a certificate of their own.
    if (KIND !== 'mariadb') expect(code, stdout).toBe(0);
    else expect(stdout).toContain('The server offers no TLS');
    const checked = await screenOf(lab, [...args, '--ssl=verify']);
    expect(checked).toMatchObject({ code: 1, stdout: expect.stringContaining('not reachable') });
  });
});

describe('fifty servers', () => {
  it('are all shown', async () => {
    const base = lab.server(0).host.replace(/\d+$/, '');
    const proxies = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        startProxy({ listen: { host: `${base}${100 + i}`, port: 3306 }, server: lab.server(i % 3) }),
      ),
    );
    try {
      const named = proxies.map(({ host }) => host);
      const { servers } = await seenOf(lab, [...named, `--defaults_file=${optionFile}`]);
      expect(servers.map((s) => [s.server, s.reachable])).toEqual(named.map((host) => [`${host}:3306`, true]));
    } finally {
      await Promise.all(proxies.map((proxy) => proxy.stop()));
    }
  });

  it('of which most do not listen: each is reported, and the rest is shown', async () => {
    const base = lab.server(0).host.replace(/\d+$/, '');
    const named = Array.from({ length: 47 }, (_, i) => `${base}${160 + i}`);
    const { code, stdout } = await screenOf(lab, ['3306', ...hosts(), ...named, `--defaults_file=${optionFile}`]);
    expect(code).toBe(1);
    for (const host of named) expect(stdout).toContain(`${host}:3306 `);
    expect(stdout.match(/IO\/SQL:Yes\/Yes/g)).toHaveLength(2);
  });
});

describe('--watch', () => {
  it('into a pipe: appends a block a look, marks what moved, ends on SIGINT with the state as exit code', async () => {
    const watching = await begin(program, [`--conf=${lab.confFile}`, '--watch=0.2']);
    await watching.printed('are level with');
    await lab.server(0).admin('CREATE TABLE IF NOT EXISTS app.w (id INT)');
    await watching.printed(/mysql-bin\.\d+:\d+\*/);
    process.kill(watching.pid, 'SIGINT');
    const result = await watching.ended;
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).not.toContain('\u001b');
    expect(result.stdout.split('are level with').length).toBeGreaterThan(2);
    expect(await secretsIn(lab, [result.stdout])).toEqual([]);
  });

  it('ends with 1 if they were not level last', async () => {
    await lab.server(1).admin(stop('IO_THREAD'));
    const watching = await begin(program, [`--conf=${lab.confFile}`, '--watch=0.2']);
    await watching.printed('IO/SQL:No/Yes');
    process.kill(watching.pid, 'SIGTERM');
    expect(await watching.ended).toMatchObject({ code: 1 });
    await lab.server(1).admin(start('IO_THREAD'));
    await until('replication', 30_000, async () => (await seenOf(lab)).ok);
  });

  it('with --json: a line a look', async () => {
    const watching = await begin(program, [`--conf=${lab.confFile}`, '--watch=0.2', '--json']);
    await watching.printed(/\n\{.*\n/);
    process.kill(watching.pid, 'SIGINT');
    const lines = (await watching.ended).stdout.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ ok: true });
  });

  it('ends if nobody reads any more', async () => {
    const ended = await run('sh', ['-c', `"$0" --conf="$1" --watch=0.2 | head -3`, program, lab.confFile]);
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('Ctrl-C ends') });
  });

  it('on a terminal: draws over itself, in 80 columns, and gives the cursor back on Ctrl-C', async () => {
    const watching = inTerminal(program, [`--conf=${lab.confFile}`, '--watch=0.2']);
    await watching.printed('are level with', 2);
    await lab.server(0).admin('INSERT INTO app.w VALUES (1)');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: bold, with or without a colour
    await watching.printed(/\u001b\[1(;\d+)?mmysql-bin\.\d+:\d+\*/);
    watching.type(CTRL_C);
    expect(await watching.ended).toBe(0);
    const drawn = watching.output();
    expect(drawn.split('\u001b[2J')).toHaveLength(2);
    expect(drawn.split('\u001b[H').length).toBeGreaterThan(3);
    expect(drawn.trimEnd().endsWith('\u001b[?25h')).toBe(true);
    expect(await secretsIn(lab, [drawn])).toEqual([]);
  });

  it('on a low terminal: says how many lines are left out', async () => {
    const watching = inTerminal(program, [`--conf=${lab.confFile}`, '--watch=0.2'], { rows: 8 });
    await watching.printed(/\.\.\. \d+ more lines: enlarge the window/, 2);
    watching.type(CTRL_C);
    expect(await watching.ended).toBe(0);
  });
});

describe('a password that is asked for', () => {
  it('is not shown, and may be corrected', async () => {
    const asking = inTerminal(program, [...hosts(), '--user=eyes'], { env: env() });
    await asking.printed('Password of eyes: ');
    asking.type('zpw-eyex\u007fs\r');
    expect(await asking.ended).toBe(0);
    expect(asking.output()).toContain('Both replicas replicate and are level');
    expect(asking.output()).not.toMatch(/zpw/);
  });

  it('Ctrl-C gives up', async () => {
    const asking = inTerminal(program, [...hosts(), '--user=eyes'], { env: env() });
    await asking.printed('Password of eyes: ');
    asking.type(`zpw${CTRL_C}`);
    expect(await asking.ended).toBe(1);
    expect(asking.output()).toContain('no password was given');
  });
});
