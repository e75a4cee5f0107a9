import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/clock.ts';
import { readMhaConfig } from '../../../src/config/mha/mhaConfig.ts';
import { checkHooks } from '../../../src/procedures/check/mha/hooks.ts';
import type { Surroundings } from '../../../src/procedures/check/mha/inputs.ts';
import { bin, configureHooks, onlineArguments, runCommand } from '../../support/commands.ts';
import { install } from '../../support/installed.ts';
import { check, outputs } from '../../support/mhaCheck.ts';
import { startProxy } from '../../support/proxy/proxy.ts';
import { changesSomething } from '../../support/proxy/statements.ts';
import { clusterState, helperSettings } from '../../support/state/state.ts';
import { useLab } from '../../support/useLab.ts';
import { secretsIn } from '../../support/zoo/secrets.ts';
import { isMysql, SQL } from '../../tools/lab/kind.ts';
import type { Lab } from '../../tools/lab/lab.ts';
import { MHA_ENV } from '../../tools/lab/mha.ts';
import { ROOT } from '../../tools/lab/root.ts';

const lab = useLab({
  stock: [
    'CREATE TABLE app.orders (id INT PRIMARY KEY)',
    "CREATE USER teller@'%' IDENTIFIED BY 'zpw-teller'",
    "GRANT SELECT, INSERT ON app.orders TO teller@'%'",
    "CREATE USER watcher@'%' IDENTIFIED BY 'zpw-watcher'",
    "GRANT PROCESS ON *.* TO watcher@'%'",
    "CREATE USER nobody@'%' IDENTIFIED BY 'zpw-nobody'",
  ],
});

beforeEach(() => {
  configureHooks(lab);
  helperSettings(lab);
});

describe('a cluster in order', () => {
  it.skipIf(isMysql)('is ready: exit 0, no error and no warning', async () => {
    const result = await runCommand('mha_check', [`--conf=${lab.confFile}`], { env: MHA_ENV });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/^0 errors, 0 warnings, \d+ notes?: ready\n$/m);
    expect(result.stdout).toMatch(/^note .*report_script.*\n?.*is mha_report/m);
  });

  it.skipIf(isMysql)('as JSON has the same keys whatever was found', async () => {
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

describe('files and folders', () => {
  it('MHA’s file may be read or written by others, or is another’s', async () => {
    chmodSync(lab.confFile, 0o640);
    expect((await check(lab)).only('file_readable')).toMatchObject({
      level: 'warning',
      where: lab.confFile,
      statements: [`chmod 600 ${lab.confFile}`],
    });
    chmodSync(lab.confFile, 0o662);
    helperSettings(lab, { kill_after_timeout: 1 });
    const settings = lab.confFile.replace(/cnf$/, 'helper.cnf');
    chmodSync(settings, 0o666);
    const refused = (where: string, text: RegExp) =>
      ({ level: 'error', code: 'configuration', where, text: expect.stringMatching(text) }) as const;
    expect((await check(lab)).findings).toMatchObject([refused(lab.confFile, /not trusted: others .*chmod go-w/)]);
    chmodSync(lab.confFile, 0o600);
    expect((await check(lab)).findings).toMatchObject([refused(settings, /not trusted: others .*chmod go-w/)]);
    chmodSync(settings, 0o644);
    if (process.getuid?.() === 0) {
      chownSync(lab.confFile, 12_345, 0);
      expect((await check(lab)).findings).toMatchObject([refused(lab.confFile, /belongs to user id 12345/)]);
      chownSync(lab.confFile, 0, 0);
    }
    expect((await check(lab)).findings).toEqual([]);
  });

  it('MHA’s file is missing, or has a parameter that MHA does not know', async () => {
    const missing = join(lab.folder, 'none.cnf');
    const none = await check(lab, [`--conf=${missing}`]);
    expect(none.result.code).toBe(1);
    expect(none.only('configuration')).toMatchObject({ level: 'error', where: missing });
    lab.configure({ kill_after_timeout: 5 });
    const unknown = (await check(lab)).only('configuration');
    expect(unknown).toMatchObject({ level: 'error', where: lab.confFile });
    expect(unknown.text).toMatch(/kill_after_timeout: MHA 0\.58 knows no parameter of this name/);
  });

  it('the settings hold mistakes: each is told, with its line', async () => {
    helperSettings(lab, '[default]\nkil_after_timeout = 5\nssl = perhaps\n');
    const { findings } = await check(lab);
    expect(findings).toMatchObject([
      { level: 'error', code: 'configuration', text: expect.stringMatching(/^line 2: .*kil_after_timeout/) },
      { level: 'error', code: 'configuration', text: expect.stringMatching(/^line 3: .*ssl/) },
    ]);
  });

  it('folders are missing, or are no folders', async () => {
    const block = join(lab.folder, 'a-file');
    writeFileSync(block, '');
    helperSettings(lab, { journal_dir: join(block, 'journal') });
    hooksAnd({ manager_workdir: join(lab.folder, 'not-there'), remote_workdir: join(block, 'work') });
    const found = await check(lab);
    expect(found.only('folder_missing')).toMatchObject({ level: 'warning', where: join(lab.folder, 'not-there') });
    expect(found.only('folder_not_writable')).toMatchObject({ level: 'error', where: join(block, 'journal') });
    const remote = found.findings.filter(({ code }) => code === 'remote_workdir');
    expect(remote).toHaveLength(3);
    // With GTIDs MHA does without it.
    expect(remote[0]).toMatchObject({ level: isMysql ? 'warning' : 'error', where: `${lab.server(0).host}:3322` });
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

  it('cannot be told where nobody replicates', async () => {
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

describe('hooks', () => {
  const online = 'master_ip_online_change_script';
  const conf = () => `--conf=${lab.confFile}`;

  it('are not configured', async () => {
    lab.configure({});
    const { findings } = await check(lab);
    expect(findings).toMatchObject([
      { level: 'error', code: 'hook_missing', statements: [`${online} = ${bin('master_ip_online_change')} ${conf()}`] },
      { level: 'error', code: 'hook_missing', text: expect.stringContaining('master_ip_failover_script') },
    ]);
  });

  it('are in the file, but for one server only', async () => {
    configureHooks(lab, [{}, { [online]: '' }]);
    expect((await check(lab)).only('hook_missing').text).toContain(`${online} of [server2]`);
  });

  const script = (name: string, text: string, mode = 0o755) => {
    const path = join(lab.folder, name);
    rmSync(path, { force: true });
    writeFileSync(path, text, { mode });
    return path;
  };

  it.each([
    ['hook_not_executable', 'error', /does not exist/, () => '/nowhere/master_ip_online_change'],
    ['hook_not_executable', 'error', /is not executable/, () => script('plain', '#!/bin/sh\n', 0o644)],
    ['hook_not_executable', 'error', /relative path/, () => 'bin/master_ip_online_change'],
    ['hook_not_executable', 'error', /not in PATH/, () => 'no_such_hook'],
    ['hook_wrong', 'error', /is master_ip_failover$/, () => `${bin('master_ip_failover')} ${conf()}`],
    ['hook_foreign', 'warning', /not this package/, () => script('foreign', '#!/bin/sh\nexit 0\n')],
    ['hook_unclear', 'warning', /more than a program/, () => `cd / && ${bin('master_ip_online_change')} ${conf()}`],
    ['hook_fails', 'error', /node/, () => `PATH=/nowhere ${bin('master_ip_online_change')} ${conf()}`],
    ['hook_conf', 'error', /which does not exist/, () => `${bin('master_ip_online_change')} --conf=/nowhere/app1.cnf`],
    ['hook_conf', 'error', /not the file that is checked/, () => `${bin('master_ip_online_change')} --conf ${other()}`],
    ['hook_conf', 'error', /relative/, () => `${bin('master_ip_online_change')} --conf=app1.cnf`],
    ['hook_conf', 'error', /finds no file: no file lists/, () => bin('master_ip_online_change')],
  ])('%s, %s: %s', async (code, level, text, value) => {
    hooksAnd({ [online]: value() });
    const found = await checkHooks(await surroundings());
    expect(found).toMatchObject([{ code, level, where: online, text: expect.stringMatching(text) }]);
    expect(found[0]?.advice).toBeTruthy();
  });

  it.each([
    ['the script itself', (folder: string) => chmodSync(join(folder, 'hook'), 0o757), /hook: not trusted: others/],
    ['its folder', (folder: string) => chmodSync(folder, 0o777), /writable is not trusted: others/],
  ] as const)('may be written by everybody: %s', async (_, open, text) => {
    const folder = join(lab.folder, 'writable');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    writeFileSync(join(folder, 'hook'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    const scripts = { shutdown_script: `/bin/sh ${folder}/hook`, report_script: `${folder}/hook --x` };
    hooksAnd(scripts);
    expect(await checkHooks(await surroundings())).toEqual([]);
    open(folder);
    const found = await checkHooks(await surroundings());
    const wanted = { level: 'error', code: 'hook_writable', text: expect.stringMatching(text) };
    expect(found).toMatchObject([
      { ...wanted, where: 'shutdown_script' },
      { ...wanted, where: 'report_script' },
    ]);
  });

  /** The rest of a check takes long, and is the same each time. */
  const surroundings = async (): Promise<Surroundings> => ({
    config: await readMhaConfig(lab.confFile),
    ...{ globalConf: undefined, settingsFile: undefined, journalDirs: [], sslKeys: [], journals: [], servers: [] },
    ...{ master: undefined, env: process.env, clock: systemClock, signal: new AbortController().signal },
    packageFolder: (name) => join(ROOT, name),
    packageVersion: JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version,
  });

  function other(): string {
    const file = join(lab.folder, 'other.cnf');
    copyFileSync(lab.confFile, file);
    return file;
  }

  it('without --conf find the one file that lists the servers, and not two', async () => {
    const folder = join(lab.folder, 'installed');
    const { bin: installed, conf: confFolder } = install(folder);
    symlinkSync(lab.confFile, join(confFolder, 'app1.cnf'));
    const hook = installed('master_ip_online_change');
    hooksAnd({ [online]: hook });
    expect(await checkHooks(await surroundings())).toEqual([]);
    copyFileSync(lab.confFile, join(confFolder, 'app2.cnf'));
    expect((await checkHooks(await surroundings()))[0]?.text).toMatch(/more than one file/);
    hooksAnd({ [online]: `MHA_HELPER_CONF=${lab.confFile} ${hook}` });
    expect(await checkHooks(await surroundings())).toEqual([]);
  });

  it('other scripts that are not there', async () => {
    hooksAnd({ report_script: '/nowhere/report', secondary_check_script: 'masterha_secondary_check -s x' });
    const found = await check(lab);
    expect(found.only('script_missing')).toMatchObject({ level: 'warning', where: 'report_script' });
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
    const found = (await check(lab, [], { PERL5OPT: undefined })).only('compat_here');
    expect(found).toMatchObject({ level: 'warning', text: expect.stringContaining('masterha_manager') });
    const [line = ''] = found.statements ?? [];
    expect(line).toBe(`export PERL5OPT="${MHA_ENV.PERL5OPT}"`);
    expect((await check(lab, [], { PERL5OPT: '-MNoSuchModule' })).only('mha_fails').text).toContain('NoSuchModule');
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

  it('a manager on another host, told by its lock on the master', async () => {
    const session = await lab.server(0).connect(lab.mha.user, lab.mha.password);
    await session.query("SELECT GET_LOCK('MHA_Master_High_Availability_Monitor', 0)");
    expect((await check(lab)).only('manager_running')).toMatchObject({ level: 'note' });
    await session.end();
    expect((await check(lab)).findings).toEqual([]);
  });
});

describe('--accounts', () => {
  const accounts = (args: readonly string[] = []) =>
    runCommand('mha_check', [`--conf=${lab.confFile}`, '--accounts', ...args]);

  it('tells who would be shut out and how, who is kept and why, and who has nothing to lose', async () => {
    const result = await accounts(['--json']);
    outputs.push(result.stdout);
    const { shutOut, kept, leftAlone, ...rest } = JSON.parse(result.stdout);
    expect(rest).toMatchObject({ master: `${lab.server(0).host}:3306`, blockMethod: 'revoke' });
    expect(shutOut).toContainEqual({ account: "'teller'@'%'", how: 'revoked' });
    expect(kept).toContainEqual({ account: "'root'@'%'", how: 'kept', why: 'root' });
    expect(kept).toContainEqual({ account: "'repl'@'%'", how: 'kept', why: 'the replication account' });
    expect(kept).toContainEqual({ account: "'watcher'@'%'", how: 'kept', why: 'may only look or replicate' });
    expect(leftAlone).toContainEqual({ account: "'nobody'@'%'", how: 'left alone', why: 'has no rights to take' });
  });

  it('the definer of a trigger is locked, with the reason; the text says it too', async () => {
    const master = lab.server(0);
    await master.adminAll([
      "GRANT TRIGGER ON app.orders TO teller@'%'",
      "CREATE DEFINER = teller@'%' TRIGGER app.t BEFORE INSERT ON app.orders FOR EACH ROW SET @x = 1",
    ]);
    await lab.waitReplicasLevel();
    const { stdout, code } = await accounts();
    outputs.push(stdout);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}locked {3}'teller'@'%' +trigger app\.t runs with its rights/m);
    expect(stdout).toMatch(/^ {2}'root'@'%' +root$/m);
    await master.admin('DROP TRIGGER app.t');
    await lab.waitReplicasLevel();
    expect((await accounts()).stdout).toMatch(/^ {2}revoked {2}'teller'@'%'$/m);
  });
});

describe('wrong arguments', () => {
  it.each([
    [['--acounts'], /--acounts is unknown/],
    [['--print_config', '--json'], /--print_config goes with neither/],
    [['--show_passwords'], /--show_passwords goes with/],
    [['--conf='], /--conf needs a value/],
  ])('%j: exit 2', async (args, text) => {
    const result = await runCommand('mha_check', args);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(text);
  });
});

it('no password and no hash is in any output', async () => {
  expect(outputs.length).toBeGreaterThan(20);
  expect(await secretsIn(lab, outputs)).toEqual([]);
});

/** Our hooks, and these parameters over them. */
function hooksAnd(parameters: Parameters<Lab['configure']>[0]): void {
  lab.configure({
    master_ip_online_change_script: `${bin('master_ip_online_change')} --conf=${lab.confFile}`,
    master_ip_failover_script: `${bin('master_ip_failover')} --conf=${lab.confFile}`,
    ...parameters,
  });
}
