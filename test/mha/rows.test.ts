import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { bin, runCommand } from '../support/commands.ts';
import { useLab } from '../support/useLab.ts';
import { isMysql, KIND, SQL } from '../tools/lab/kind.ts';
import { waitReplicasLevel } from '../tools/lab/replication.ts';
import type { RunResult } from '../tools/lab/run.ts';

const lab = useLab({
  // A replica that lags over a rotation becomes the master only with check_repl_delay = 0.
  mhaDefaults: { use_gtid_auto_pos: isMysql ? 0 : undefined, check_repl_delay: 0 },
  mhaEach: [{}, { candidate_master: 1 }, { no_master: 1 }],
  stock: ['CREATE TABLE app.t (id INT PRIMARY KEY)'],
  eachTest: true,
});

/** With GTIDs that everybody has, and replicas that go by position: MHA then has to copy what one lacks. */
beforeEach(async () => {
  const byPosition = 'CHANGE REPLICATION SOURCE TO SOURCE_AUTO_POSITION = 0';
  if (isMysql) for (const n of [1, 2]) await lab.server(n).adminAll([SQL.stop, byPosition, SQL.start]);
});

const name = (index: number) => `${lab.server(index).host}:${lab.server(index).port}`;
const rowsOn = async (index: number) => (await lab.server(index).admin('SELECT id FROM app.t')).length;

/** A failover in which that replica lacks five rows, with a rotation of the master's binlog among them. */
async function failOver(behind: number): Promise<RunResult> {
  await lab.server(behind).admin(`${SQL.stop} IO_THREAD`);
  for (const id of [1, 2, 3, 4, 5]) {
    await lab.server(0).admin(`INSERT INTO app.t VALUES (${id})`);
    if (id === 2) await lab.server(0).admin('FLUSH BINARY LOGS');
  }
  await waitReplicasLevel([0, 3 - behind].map((index) => lab.server(index)));
  await lab.server(0).kill9();
  return runCommand('mysql_failover', [lab.server(0).host, `--conf=${lab.confFile}`], { limitMs: 150_000 });
}

/** From now on MHA's mysql takes what it is given, executes nothing, and reports success. */
function swallow(): void {
  const folder = join(lab.folder, 'swallowing');
  mkdirSync(folder, { recursive: true });
  const [own, names] =
    KIND === 'mariadb' ? ['/usr/bin', ['mysql', 'mysqlbinlog']] : [join(lab.folder, 'client'), CLIENTS];
  const script = (program: string, text: string) =>
    writeFileSync(join(folder, program), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  script('mysql', `case "$*" in *--version*) exec '${own}/${names[0]}' --version ;; esac\ncat > /dev/null`);
  script('mysqlbinlog', `exec '${own}/${names[1]}' "$@"`);
  const hook = `${bin('master_ip_failover')} --conf=${lab.confFile}`;
  lab.configure({ master_ip_failover_script: hook, client_bindir: folder });
}

const CLIENTS = isMysql ? ['mysql', 'mysqlbinlog'] : ['mariadb', 'mariadb-binlog'];

const wordsOf = ({ stdout, stderr }: RunResult) => (stdout + stderr).replace(/\s+/g, ' ');

describe('mysql_failover, and a replica lags over a rotation of the master’s binlog', () => {
  it.each([2, 1])('server %i has all rows afterwards, and that is proved', async (behind) => {
    const result = await failOver(behind);
    const output = wordsOf(result);
    expect(await Promise.all([1, 2].map(rowsOn)), output + lab.readManagerLog()).toEqual([5, 5]);
    expect(output).toContain(`rows: 2 servers compared, each has every transaction that another one has of ${name(0)}`);
    expect(result.code, output).toBe(0);
  });

  it('a replica that MHA gave nothing is named, with what it lacks: exit 1', async () => {
    swallow();
    const result = await failOver(2);
    const output = wordsOf(result);
    expect(await Promise.all([1, 2].map(rowsOn)), output).toEqual([5, 0]);
    expect(output).toMatch(/completed successfully/);
    expect(output).toContain(
      `ROWS ARE MISSING: ${name(2)} lacks 5 transactions of ${name(0)} that ${name(1)} has; replication never brings them`,
    );
    expect(result.code, output).toBe(1);
  });

  it('a new master that MHA gave nothing is named', async () => {
    swallow();
    const result = await failOver(1);
    const output = wordsOf(result);
    expect(await Promise.all([1, 2].map(rowsOn)), output).toEqual([0, 5]);
    expect(output).toContain(
      `ROWS ARE MISSING: the new master ${name(1)} lacks 5 transactions of ${name(0)} that ${name(2)} has`,
    );
    expect(result.code, output).toBe(1);
  });
});
