import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { configureHooks, runCommand } from '../support/commands.ts';
import { check } from '../support/mhaCheck.ts';
import { openJournals } from '../support/scenes/mha.ts';
import { useLab } from '../support/useLab.ts';
import { startSshd } from '../tools/lab/hosts/sshd.ts';
import { isMysql } from '../tools/lab/kind.ts';
import { MHA_ENV } from '../tools/lab/mha.ts';
import type { Daemon } from '../tools/lab/processes.ts';
import { ROOT } from '../tools/lab/root.ts';
import { type RunResult, run } from '../tools/lab/run.ts';

const LINE = `export PERL5OPT="${MHA_ENV.PERL5OPT}"`;
const SSHD = 'SetEnv "PERL5OPT=-I/usr/local/lib/mha-helper -MMHACompat"';

describe.runIf(isMysql)('servers that do not know MHA’s statements, and MHACompat.pm is missing', () => {
  const lab = useLab({ positions: true });
  const sshds: Daemon[] = [];

  afterEach(async () => {
    await Promise.all(sshds.splice(0).map((sshd) => sshd.end()));
    if (lab.server(0).running) configureHooks(lab);
  });

  /** A host whose ssh sessions get this PERL5OPT; returns what MHA's file says of it. */
  async function otherSshd(index: number, PERL5OPT: string): Promise<{ ssh_port: number }> {
    const port = 3340 + sshds.length;
    sshds.push(await startSshd(lab.folder, lab.server(index).host, port, { PERL5OPT }));
    return { ssh_port: port };
  }

  /** The module as it was before it had a version. */
  function oldModule(): string {
    const folder = join(lab.folder, 'old');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'MHACompat.pm'), 'package MHACompat;\n1;\n');
    return `-I${folder} -MMHACompat`;
  }

  function expectRefused({ code, stdout, stderr }: RunResult, line: string): void {
    const said = (stdout + stderr).replace(/\s+/g, ' ');
    expect(code, said).toBe(1);
    expect(said).toContain('refused:');
    expect(said).toContain(line);
    expect(said).not.toContain('Phase 1');
    expect(openJournals(lab)).toEqual([]);
  }

  it('mha_check names the line for this host, and for each other one', async () => {
    const here = await check(lab, [], { PERL5OPT: '' });
    expect(here.only('mha_cannot_drive')).toMatchObject({ level: 'error', where: 'MHA here', statements: [LINE] });
    expect(here.only('mha_cannot_drive').text).toContain(`${lab.server(2).host}:3306 (9.`);
    const [without, old] = [await otherSshd(1, ''), await otherSshd(2, oldModule())];
    configureHooks(lab, [{}, without, old]);
    const found = await check(lab, [], { PERL5OPT: oldModule() });
    expect(found.only('compat_on_host')).toMatchObject({
      level: 'error',
      where: `${lab.server(1).host}:${without.ssh_port}`,
      text: expect.stringContaining('MySQL 9.'),
      statements: [SSHD],
    });
    const versions = found.findings.filter(({ code }) => code === 'compat_version');
    expect(versions).toMatchObject([
      { level: 'error', where: 'MHA here', statements: [LINE] },
      { level: 'error', where: `${lab.server(2).host}:${old.ssh_port}`, statements: [SSHD] },
    ]);
    expect(found.codes).toHaveLength(3);
  });

  it('mha_check names clients of another maker', async () => {
    configureHooks(lab, [{}, { client_bindir: '/usr/bin' }, { client_bindir: lab.folder }]);
    const { findings } = await check(lab);
    const told = findings.map(({ level, code, where }) => `${level} ${code} ${where}`);
    const [second, third] = [1, 2].map((n) => `${lab.server(n).host}:3322`);
    expect(told).toEqual([
      ...[0, 1].map(() => `error client_wrong ${second}`),
      ...[0, 1].map(() => `error client_missing ${third}`),
    ]);
  });

  it('mysql_online_failover refuses at once if PERL5OPT loads an old one, or the package has lost its own', async () => {
    const args = [`--conf=${lab.confFile}`, `--new_master_host=${lab.server(1).host}`];
    expectRefused(await runCommand('mysql_online_failover', args, { env: { PERL5OPT: oldModule() } }), LINE);
    const place = join(lab.folder, 'package');
    mkdirSync(place);
    for (const name of ['bin', 'dist', 'conf', 'package.json'])
      cpSync(join(ROOT, name), join(place, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'));
    rmSync(join(place, 'conf/perl'), { recursive: true });
    const lost = await run(join(place, 'bin/mysql_online_failover'), args);
    expectRefused(lost, `export PERL5OPT="-I${place}/conf/perl -MMHACompat"`);
    expect((await lab.dump()).map(({ readOnly }) => readOnly)).toEqual([false, true, true]);
  });

  it('mysql_failover refuses at once, and names the host and its line', async () => {
    configureHooks(lab, [{}, await otherSshd(1, '')]);
    await lab.server(0).kill9();
    const args = [lab.server(0).host, `--conf=${lab.confFile}`];
    expectRefused(await runCommand('mysql_failover', args, { env: { PERL5OPT: oldModule() } }), LINE);
    const refused = await runCommand('mysql_failover', args);
    expectRefused(refused, SSHD);
    expect(refused.stdout + refused.stderr).toContain(`${lab.server(1).host}:3340`);
    expect((await lab.dump()).map(({ readOnly }) => readOnly)).toEqual([undefined, true, true]);
  });
});
