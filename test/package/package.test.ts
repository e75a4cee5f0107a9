import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { install } from '../support/process/installed.ts';
import { run, runOk } from '../tools/lab/run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const COMMANDS = readdirSync(join(root, 'bin')).filter((name) => name !== 'package.json');

let folder: string;
let conf: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mha-package-'));
  conf = join(folder, 'app1.cnf');
  const servers = ['127.0.0.1', '127.0.0.2'].map((host, i) => `[server${i + 1}]\nhostname=${host}\nport=1`);
  writeFileSync(conf, ['[server default]', `manager_workdir=${folder}`, ...servers, ''].join('\n'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** All commands answer, and `status` says in one message that no server can be reached. */
async function expectWorking(bin: string): Promise<void> {
  for (const command of COMMANDS) {
    for (const flag of ['--version', '--help']) {
      const result = await run(join(bin, command), [flag], { cwd: '/' });
      expect(result, command).toMatchObject({ code: 0, stderr: '' });
      expect(result.stdout).toMatch(flag === '--help' ? command : /^\d+\.\d+\.\d+\n$/);
    }
  }
  const server = ['--orig_master_host=127.0.0.1', '--orig_master_ip=127.0.0.1', '--orig_master_port=1'];
  const status = await run(join(bin, 'master_ip_failover'), ['--command=status', `--conf=${conf}`, ...server]);
  expect(status).toMatchObject({ code: 1 });
  expect(status.stderr).toMatch(/^127\.0\.0\.2:1 could not become the master now: .*cannot connect/);
  expect(status.stderr).not.toMatch(/^\s+at /m);
}

describe('the commands work', () => {
  it('from a checkout', () => expectWorking(join(root, 'bin')));

  it('through symbolic links', async () => {
    const links = join(folder, 'links');
    mkdirSync(links);
    for (const command of COMMANDS) symlinkSync(join(root, 'bin', command), join(links, command));
    await expectWorking(links);
  });
});

it('finds its own folders if their path has a space, a percent sign and an umlaut', async () => {
  const { bin, conf: packageConf } = install(join(folder, 'mha helper 100%20 ü'));
  cpSync(conf, join(packageConf, 'app1.cnf'));
  const args = ['--command=status', '--orig_master_host=127.0.0.1', '--orig_master_port=1'];
  const status = await run(bin('master_ip_failover'), args, { env: { MHA_HELPER_CONF: undefined } });
  expect(status.stderr).toMatch(/^127\.0\.0\.2:1 could not become the master now: .*cannot connect/);
});

it('has a lock file that npm leaves as it is', () => {
  const read = (name: string) => JSON.parse(readFileSync(join(root, name), 'utf8'));
  const { name, version, license, bin, dependencies, devDependencies, engines } = read('package.json');
  const own = { name, version, license, bin, dependencies, devDependencies, engines };
  expect(read('package-lock.json').packages['']).toEqual(own);
  expect(engines.node).toBe('>=20.19');
});

describe('a packed package', () => {
  let tarball: string;
  let files: string[];

  beforeAll(async () => {
    const copy = join(folder, 'copy');
    mkdirSync(copy);
    for (const name of readdirSync(root)) {
      if (['.git', 'node_modules', 'dist', 'dist-tools'].includes(name)) continue;
      cpSync(join(root, name), join(copy, name), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const { stdout } = await runOk('npm', ['pack', '--json', '--pack-destination', folder], { cwd: copy });
    const [packed] = JSON.parse(stdout.slice(stdout.search(/^\[/m)));
    tarball = join(folder, packed.filename);
    files = packed.files.map((file: { path: string }) => file.path);
  });

  it('holds what is needed to run and to configure, and nothing else', () => {
    for (const command of COMMANDS) expect(files).toContain(`bin/${command}`);
    const needed = ['conf/minimal.cnf.sample', 'conf/full.cnf.sample', 'conf/full.helper.cnf.sample'];
    const documents = ['README.md', 'CHANGELOG.md', 'LICENSE', 'package.json'];
    const others = [
      'conf/perl/MHACompat.pm',
      'conf/perl/MHACompat/Load.pm',
      'conf/completion/mha-helper.bash',
      'docs/what-if.md',
      'docs/findings.md',
    ];
    expect(files).toEqual(expect.arrayContaining([...needed, ...documents, ...others]));
    expect(files.filter((file) => !/^(bin|dist|conf|docs)\//.test(file)).sort()).toEqual(documents.sort());
    expect(files.filter((file) => /test|\.ts$|\.map$/.test(file))).toEqual([]);
  });

  it('works once it is installed', async () => {
    const prefix = join(folder, 'prefix');
    const how = ['--prefer-offline', '--no-audit', '--no-fund'];
    await runOk('npm', ['install', '--global', '--prefix', prefix, ...how, tarball], { limitMs: 110_000 });
    await expectWorking(join(prefix, 'bin'));
  });
});
