import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { FEW } from '../support/byHand.ts';
import { type Command, onlineArguments, runCommand } from '../support/commands.ts';
import { screenOf, seenOf } from '../support/replicaStatus.ts';
import { openServers, recover } from '../support/state/judge.ts';
import { clusterState } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';
import { SQL } from '../tools/lab/kind.ts';
import { changeTo } from '../tools/lab/replication.ts';
import { ROOT } from '../tools/lab/root.ts';
import { run } from '../tools/lab/run.ts';

const [A, B, C] = [0, 1, 2];
const lab = useLab({
  ssh: false,
  settings: { connect_timeout: 1, kill_after_timeout: 0.5, undo_timeout: 6 },
  stock: [...FEW, 'CREATE TABLE app.only_here (id INT PRIMARY KEY)'],
  eachTest: true,
});

const name = (index: number) => `${lab.server(index).host}:${lab.server(index).port}`;
const conf = () => `--conf=${lab.confFile}`;

/** Server B is the master now, C follows it, and A has crashed and come back: it takes writes. */
async function failOverByHand(): Promise<void> {
  await lab.server(A).kill9();
  await lab.server(B).adminAll([SQL.stop, SQL.forget, 'SET GLOBAL read_only = 0']);
  await lab.server(C).adminAll([SQL.stop, await changeTo(lab.server(B), lab.repl), SQL.start]);
  await lab.server(A).start();
  await lab.server(B).admin('INSERT INTO app.only_here VALUES (100)');
  await lab.server(A).adminAll([1, 2, 3].map((n) => `INSERT INTO app.only_here VALUES (${n})`));
}

describe('an old master that has come back and takes writes', () => {
  beforeEach(failOverByHand);

  it('is named first of all by mysql_replica_status, and by mha_check with what each has alone', async () => {
    const shown = await screenOf(lab);
    expect(shown.code).toBe(1);
    expect(shown.stdout).toMatch(new RegExp(`^TWO MASTERS: ${name(A)} and ${name(B)} take writes`));
    expect(shown.stdout.replace(/\s+/g, ' ')).toContain(`and has 3 transactions that ${name(B)} lacks`);
    const seen = await seenOf(lab);
    expect(seen).toMatchObject({ ok: false, two_masters: [name(A), name(B)] });
    const byHand = await screenOf(lab, [
      name(A),
      name(B),
      name(C),
      `--user=${lab.mha.user}`,
      `--password=${lab.mha.password}`,
    ]);
    expect(byHand.stdout).toMatch(/^TWO MASTERS: /);
    const { findings } = JSON.parse((await runCommand('mha_check', [conf(), '--json'])).stdout);
    const found = findings.filter(({ code }: { code: string }) => code === 'two_masters');
    expect(found).toMatchObject([{ level: 'error', where: name(A), statements: ['SET GLOBAL read_only = 1'] }]);
    expect(found[0].text).toMatch(
      new RegExp(`has 3 transactions that ${name(B)} lacks .* has 1 transaction that ${name(A)} lacks`),
    );
  });

  it('is closed by mha_recover, which says what only it has; --list changes nothing', async () => {
    const before = await clusterState(lab);
    const list = await recover(lab, '--list');
    expect(list.code, list.stdout + list.stderr).toBe(1);
    expect(list.stdout).toContain(`${name(A)}, a second master: to do: close`);
    expect(await clusterState(lab)).toEqual(before);
    const done = await recover(lab);
    expect(done.code, done.stdout + done.stderr).toBe(0);
    expect(done.stdout).toContain('no switch is open');
    expect(done.stdout.replace(/\s+/g, ' ')).toContain(`3 transactions are only on ${name(A)}, lost to ${name(B)}`);
    expect(await openServers(lab)).toEqual([B]);
    expect((await recover(lab)).stdout).toBe('no switch is open\n');
  });

  it('is closed by the sample of a timer too', async () => {
    const unit = readFileSync(join(ROOT, 'conf/systemd/mha-helper-stay-closed.service.sample'), 'utf8');
    const [, program = '', args = ''] = /^ExecStart=\S+\/(\w+) (.*)$/m.exec(unit) ?? [];
    const words = args.replace('/etc/mha/app1.cnf', lab.confFile).split(' ');
    const { code, stdout } = await runCommand(program as Command, words);
    expect(code, stdout).toBe(0);
    expect(await openServers(lab)).toEqual([B]);
  });

  it('is left alone while a replica cannot be asked, until the operator says that it is down', async () => {
    await lab.server(C).kill9();
    const { code, stdout } = await recover(lab);
    expect(code, stdout).toBe(1);
    expect(stdout).toContain('TWO MASTERS: ');
    expect(await openServers(lab)).toEqual([A, B]);
    const chosen = await recover(lab, `--master_is=${name(B)}`);
    expect(chosen.code, chosen.stdout).toBe(0);
    expect(await openServers(lab)).toEqual([B]);
  });
});

it('--close_only leaves an open switch alone', async () => {
  await runCommand('master_ip_online_change', onlineArguments(lab, 'stop', lab.server(A), lab.server(B)));
  const before = await clusterState(lab);
  expect(before.openJournals).toHaveLength(1);
  const { code, stdout } = await recover(lab, '--close_only');
  expect(code, stdout).toBe(1);
  expect(stdout).toContain('left alone (--close_only)');
  expect(await clusterState(lab)).toEqual(before);
});

it('a server that is started as the sample for its host says takes no writes', async () => {
  const drop = readFileSync(join(ROOT, 'conf/systemd/read-only.conf.sample'), 'utf8');
  const [, options = ''] = /^Environment="MYSQLD_OPTS=(.*)"$/m.exec(drop) ?? [];
  await lab.server(A).restart(options.split(' '));
  expect(await openServers(lab)).toEqual([]);
});

it('the units of the samples are valid', async () => {
  const units = ['service', 'timer'].map((kind) => join(ROOT, `conf/systemd/mha-helper-stay-closed.${kind}.sample`));
  const folder = join(lab.folder, 'units');
  const copies = units.map((file) => `install -D -m 644 ${file} ${folder}/$(basename ${file} .sample)`).join(' && ');
  const program = `sed -i 's|/usr/local/mha-helper/bin/mha_recover|/bin/true|' ${folder}/*.service`;
  const verify = `systemd-analyze verify ${folder}/*.service ${folder}/*.timer 2>&1 | grep mha-helper || true`;
  const { stdout } = await run('/bin/sh', [
    '-c',
    `command -v systemd-analyze >/dev/null || exit 0; ${copies} && ${program} && ${verify}`,
  ]);
  expect(stdout).toBe('');
});
