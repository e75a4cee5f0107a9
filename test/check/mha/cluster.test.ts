import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configureHooks, onlineArguments, runCommand } from '../../support/commands.ts';
import { check, outputs } from '../../support/mhaCheck.ts';
import { startProxy } from '../../support/proxy/proxy.ts';
import { changesSomething } from '../../support/proxy/statements.ts';
import { clusterState, helperSettings } from '../../support/state/state.ts';
import { useLab } from '../../support/useLab.ts';
import { secretsIn } from '../../support/zoo/secrets.ts';
import { isMysql, SQL } from '../../tools/lab/kind.ts';
import { MHA_ENV } from '../../tools/lab/mha.ts';

const lab = useLab();

beforeEach(() => {
  configureHooks(lab);
  helperSettings(lab);
});

describe('a cluster that is ready', () => {
  it('is ready: exit 0, no error and no warning', async () => {
    const result = await runCommand('mha_check', [`--conf=${lab.confFile}`], { env: MHA_ENV });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/^0 errors, 0 warnings, \d+ notes?: ready\n$/m);
    expect(result.stdout).toMatch(/^note .*report_script.*\n?.*is mha_report/m);
  });

  it('as JSON has the same keys whatever was found', async () => {
    const { result } = await check(lab);
    const { findings, ...rest } = JSON.parse(result.stdout);
    expect(rest).toEqual({
      conf: lab.confFile,
      summary: { errors: 0, warnings: 0, notes: findings.length, ready: true },
    });
  });

  it('is the same afterwards, and no statement was sent that changes anything', async () => {
    const before = await clusterState(lab);
    const proxies = await Promise.all(
      lab.servers.map(({ host, port }) =>
        startProxy({ listen: { host, port: port + 20_000 }, server: { host, port } }),
      ),
    );
    try {
      const each = proxies.map(({ port }) => ({ port }));
      configureHooks(lab, each);
      expect((await check(lab)).findings).toEqual([]);
      const accounts = await runCommand('mha_check', [`--conf=${lab.confFile}`, '--accounts'], { env: MHA_ENV });
      expect(accounts.code, accounts.stderr).toBe(0);
      const sent = proxies.flatMap((proxy) => proxy.statements.map(({ sql }) => sql));
      expect(sent.length).toBeGreaterThan(10);
      expect(sent.filter(changesSomething)).toEqual([]);
    } finally {
      await Promise.all(proxies.map((proxy) => proxy.stop()));
    }
    expect(await clusterState(lab)).toEqual(before);
  });
});

describe('who may be the master', () => {
  it('nobody but the master: no_master on all others', async () => {
    configureHooks(lab, [{}, { no_master: 1 }, { no_master: 1 }]);
    const found = await check(lab);
    expect(found.only('no_candidate').level).toBe('error');
    configureHooks(lab, [{}, { no_master: 1 }, {}]);
    expect((await check(lab)).findings).toEqual([]);
  });

  it('a server that is down, and one that is listed twice under two names', async () => {
    const { host, port } = lab.server(0);
    const proxy = await startProxy({ listen: { host, port: 23_307 }, server: { host, port } });
    try {
      configureHooks(lab, [{}, { hostname: host, port: proxy.port }, { port: 9 }]);
      const found = await check(lab);
      expect(found.only('unreachable')).toMatchObject({
        level: 'error',
        where: `${lab.server(2).host}:9`,
        text: expect.stringContaining('ECONNREFUSED'),
        advice: expect.stringContaining('nothing listens there'),
      });
      expect(found.only('same_server')).toMatchObject({ level: 'error', where: `${host}:${proxy.port}` });
    } finally {
      await proxy.stop();
    }
  });
});

const LEAVES = [SQL.stop, SQL.forget, 'SET GLOBAL read_only = 0'];

describe('who is the master', () => {
  afterEach(() => lab.rewire());

  it('the one that the others replicate from, read_only or not; nobody can write to it then', async () => {
    await lab.server(0).admin('SET GLOBAL read_only = 1');
    const closed = await check(lab);
    expect(closed.codes).toEqual(['master_read_only']);
    expect(closed.only('master_read_only')).toMatchObject({ level: 'warning', where: `${lab.server(0).host}:3306` });
    await lab.server(0).admin('SET GLOBAL read_only = 0');
    expect((await check(lab)).findings).toEqual([]);
  });

  it('is not a server that left the others and takes writes', async () => {
    await lab.server(2).adminAll(LEAVES);
    const found = await check(lab);
    const where = `${lab.server(2).host}:3306`;
    expect(found.only('not_a_replica')).toMatchObject({ level: 'error', where });
    expect(found.only('replica_writable')).toMatchObject({
      where,
      text: expect.stringMatching(/^it is not the master/),
    });
  });

  it('cannot be determined if nobody replicates', async () => {
    for (const n of [1, 2]) {
      await lab.server(n).adminAll(LEAVES);
    }
    const found = await check(lab);
    expect(found.only('no_master')).toMatchObject({
      level: 'error',
      where: lab.confFile,
      text: expect.stringContaining(`${lab.server(0).host}:3306, ${lab.server(1).host}:3306`),
    });
    const accounts = await runCommand('mha_check', [`--conf=${lab.confFile}`, '--accounts']);
    expect(accounts).toMatchObject({ code: 1, stderr: expect.stringContaining('which server is the master') });
  });
});

describe('MHA on this host', () => {
  it('is not installed', async () => {
    const path = join(lab.folder, 'few-programs');
    mkdirSync(path);
    for (const name of ['node', 'sh', 'ssh', 'perl', 'env', 'setpriv'])
      symlinkSync(`/usr/bin/${name}`, join(path, name));
    const found = await check(lab, [], { PATH: path });
    expect(found.only('mha_missing')).toMatchObject({ level: 'error', advice: 'install mha4mysql-manager here' });
  });

  it('lacks MHACompat.pm, or has a PERL5OPT that loads nothing', async () => {
    const all = await check(lab, [], { PERL5OPT: undefined });
    const found = all.only(isMysql ? 'mha_cannot_drive' : 'compat_here');
    const [level, text] = isMysql ? ['error', 'do not know its statements'] : ['warning', 'masterha_manager'];
    expect(found).toMatchObject({ level, text: expect.stringContaining(text) });
    const [line = ''] = found.statements ?? [];
    expect(line).toBe(`export PERL5OPT="${MHA_ENV.PERL5OPT}"`);
    expect((await check(lab, [], { PERL5OPT: '-MNoSuchModule' })).only('mha_fails').text).toContain('NoSuchModule');
  });

  it('has a Perl that cannot log in to the servers', async () => {
    const folder = join(lab.folder, 'no-driver/DBD');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'mysql.pm'), 'die "no plugin for this account"');
    const found = await check(lab, [], { PERL5LIB: join(lab.folder, 'no-driver') });
    const wrong = found.findings.filter(({ code }) => code === 'mha_login');
    expect(wrong.map(({ level, where }) => [level, where])).toEqual(
      lab.servers.map(({ host }) => ['error', `${host}:3306`]),
    );
    expect(wrong[0]?.text).toContain('no plugin for this account');
  });
});

describe('switches and managers', () => {
  it('a switch that never ended; mha_recover ends it', async () => {
    const [orig, next] = [lab.server(0), lab.server(1)];
    const stopped = await runCommand('master_ip_online_change', onlineArguments(lab, 'stop', orig, next));
    expect(stopped.code, stopped.stderr).toBe(0);
    expect((await check(lab)).only('open_switch')).toMatchObject({
      level: 'error',
      text: `the switch from ${orig.host}:3306 to ${next.host}:3306 never ended (stopped): no other can begin`,
      advice: expect.stringContaining('mha_recover'),
    });
    expect((await runCommand('mha_recover', [`--conf=${lab.confFile}`])).code).toBe(0);
    expect((await check(lab)).findings).toEqual([]);
  });

  it('MHA’s last failover failed, or was just now', async () => {
    const flags = ['error', 'complete'].map((name) => join(lab.workDir, `app1.failover.${name}`));
    for (const flag of flags) writeFileSync(flag, '');
    const found = (await check(lab)).findings;
    expect(found).toMatchObject(flags.map((where) => ({ level: 'warning', code: 'last_failover', where })));
    for (const flag of flags) rmSync(flag);
  });

  it('a manager on another host, known by its lock on the master', async () => {
    const session = await lab.server(0).connect(lab.mha.user, lab.mha.password);
    await session.query("SELECT GET_LOCK('MHA_Master_High_Availability_Monitor', 0)");
    expect((await check(lab)).only('manager_running')).toMatchObject({ level: 'note' });
    await session.end();
    expect((await check(lab)).findings).toEqual([]);
  });
});

it('no password and no hash is in any output', async () => {
  expect(outputs.length).toBeGreaterThan(10);
  expect(await secretsIn(lab, outputs)).toEqual([]);
});
