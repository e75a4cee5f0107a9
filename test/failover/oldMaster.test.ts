import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { FEW } from '../support/byHand.ts';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { openServers } from '../support/state/judge.ts';
import { useSessions } from '../support/state/sessions.ts';
import { helperSettings } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';
import { eventsOf } from '../support/zoo/zoo.ts';
import { quote } from '../tools/lab/accounts.ts';
import { isMysql, SQL } from '../tools/lab/kind.ts';
import type { Lab } from '../tools/lab/lab.ts';
import { ROOT } from '../tools/lab/root.ts';
import { type RunResult, runOk } from '../tools/lab/run.ts';

const SETTINGS = { connect_timeout: 1, statement_timeout: 4 };

/** `start` as MHA calls it: it has stopped replication by then, and passes no account of the dead master. */
async function startOf(lab: Lab): Promise<RunResult & { readonly output: string }> {
  const args = onlineArguments(lab, 'start', lab.server(0), lab.server(1));
  const result = await runCommand(
    'master_ip_failover',
    args.filter((arg) => !/orig_master_(user|pass)/.test(arg)),
  );
  return { ...result, output: (result.stdout + result.stderr).replace(/\s+/g, ' ') };
}

async function partReplicas(lab: Lab): Promise<void> {
  for (const index of [1, 2]) await lab.server(index).admin(SQL.stop);
}

const write = (lab: Lab, rows: number) =>
  lab.server(0).adminAll(Array.from({ length: rows }, (_, n) => `INSERT INTO app.only_here VALUES (${n})`));

const name = (lab: Lab, index: number) => `${lab.server(index).host}:${lab.server(index).port}`;

describe('start, the old master answering', () => {
  const lab = useLab({
    ssh: false,
    settings: SETTINGS,
    stock: [...FEW, 'CREATE TABLE app.only_here (id INT PRIMARY KEY)'],
    eachTest: true,
  });
  const sessions = useSessions(lab);
  beforeEach(async () => {
    await lab.waitReplicasLevel();
    await partReplicas(lab);
  });

  it('closes it if it takes writes: applications ended, events off, and counts what only it has', async () => {
    helperSettings(lab, { ...SETTINGS, super_read_only: 'yes' });
    const [idle, root] = [await sessions.asApp(), await sessions.asRoot()];
    await root.query('LOCK TABLES app.only_here WRITE');
    await root.query('UNLOCK TABLES');
    await write(lab, 7);
    await root.query('LOCK TABLES app.only_here WRITE');
    const { code, output } = await startOf(lab);
    expect(code, output).toBe(10);
    expect(output).toContain(`TWO MASTERS: ${name(lab, 1)} and ${name(lab, 0)} both took writes`);
    expect(output).toContain(`7 transactions are only on ${name(lab, 0)}, lost to ${name(lab, 1)}`);
    expect(await openServers(lab)).toEqual([1]);
    for (const session of [idle, root]) await expect(session.query('SELECT 1')).rejects.toThrow();
    expect((await eventsOf(lab.server(0))).filter(({ status }) => status === 'ENABLED')).toEqual([]);
    if (!isMysql) expect(await readAsThePageSays(output)).toBe(7);
    if (isMysql) {
      const [row] = await lab.server(0).admin('SELECT @@GLOBAL.super_read_only AS value');
      expect(row?.value).toBe(1);
    }
    const again = await startOf(lab);
    expect(again.output, 'closing it leaves nothing in its binlog').toContain('7 transactions are only on');
    const report = await runCommand('mha_report', [`--conf=${lab.confFile}`]);
    expect(report.stdout.replace(/\s+/g, ' ')).toContain('! 7 transactions are only on');
  });

  /** How many of the rows `mariadb-binlog` shows, as docs/what-if.md calls it with the GTIDs of the message. */
  async function readAsThePageSays(output: string): Promise<number> {
    const page = readFileSync(join(ROOT, 'docs/what-if.md'), 'utf8');
    const [line = ''] = /^mariadb-binlog .*$/m.exec(page) ?? [];
    const [, domain = '', first = '', last = ''] = /(\d+-\d+-)(\d+) to \d+-\d+-(\d+)/.exec(output) ?? [];
    const typed = line
      .replace(
        /--start-position=\S+ --stop-position=\S+/,
        `--start-position=${domain}${Number(first) - 1} --stop-position=${domain}${last}`,
      )
      .replace('/var/lib/mysql', lab.server(0).dataDir);
    const { stdout } = await runOk('/bin/sh', ['-c', typed]);
    return stdout.split('\n').filter((text) => /INSERT INTO app\.only_here/.test(text)).length;
  }

  /** The statements of the page that make an old master a replica, with the lab's new master and account in them. */
  function replicaAsThePageSays(): string[] {
    const page = readFileSync(join(ROOT, 'docs/what-if.md'), 'utf8');
    const [, block = ''] = (isMysql ? /```\n([^`]*START REPLICA;)/ : /```\n([^`]*START SLAVE;)/).exec(page) ?? [];
    const { host, port } = lab.server(1);
    return block
      .replace('192.0.2.2', host)
      .replace(/_PORT=\d+/, `_PORT=${port}`)
      .replace("_USER='repl'", `_USER='${lab.repl.user}'`)
      .replace("'...'", () => quote(lab.repl.password))
      .split('\n');
  }

  it('has nothing to say against one that is read_only and has nothing of its own', async () => {
    await lab.server(0).admin('SET GLOBAL read_only = 1');
    const { code, output } = await startOf(lab);
    expect(code, output).toBe(0);
    expect(output).toContain(`${name(lab, 0)} has no transaction that ${name(lab, 1)} lacks`);
    await lab.server(1).adminAll([SQL.forget, 'INSERT INTO app.only_here VALUES (1)']);
    await lab.server(0).adminAll(replicaAsThePageSays());
    await expect.poll(() => lab.server(0).admin('SELECT id FROM app.only_here'), { timeout: 20_000 }).toHaveLength(1);
  });

  it.each([
    ['is down', 'SIGKILL'],
    ['hangs', 'SIGSTOP'],
  ] as const)('says of one that %s what the new master has of it', async (_, signal) => {
    const { pid = 0 } = lab.server(0);
    process.kill(pid, signal);
    const { code, output } = await startOf(lab);
    if (signal === 'SIGSTOP') process.kill(pid, 'SIGCONT');
    expect(code, output).toBe(0);
    expect(await openServers(lab)).toContain(1);
    expect(output).toContain(`${name(lab, 0)} could not be asked`);
    expect(output).toMatch(isMysql ? /has its transactions up to [0-9a-f-]{36}:1-\d+;/ : /up to 0-1-\d+;/);
  });
});

describe.runIf(isMysql)('start, the old master answering, without GTIDs', () => {
  const lab = useLab({ ssh: false, settings: SETTINGS, stock: ['CREATE TABLE app.only_here (id INT PRIMARY KEY)'] });

  it('counts the transactions behind the position up to which they were replicated', async () => {
    await withoutGtids();
    await partReplicas(lab);
    await write(lab, 5);
    const { code, output } = await startOf(lab);
    expect(code, output).toBe(10);
    expect(output).toMatch(
      /at most 5 transactions are only on \S+, lost to \S+: mysql-bin\.\d+:\d+ to mysql-bin\.\d+:\d+/,
    );
  });

  async function withoutGtids(): Promise<void> {
    for (const index of [1, 2]) await lab.server(index).admin(SQL.stop);
    const [at] = await lab.server(0).admin(SQL.status);
    const change = `SOURCE_AUTO_POSITION = 0, SOURCE_LOG_FILE = '${at?.File}', SOURCE_LOG_POS = ${at?.Position}`;
    for (const index of [1, 2]) await lab.server(index).admin(`CHANGE REPLICATION SOURCE TO ${change}`);
    for (const mode of ['ON_PERMISSIVE', 'OFF_PERMISSIVE', 'OFF'])
      for (const server of lab.servers) await server.admin(`SET GLOBAL gtid_mode = ${mode}`);
    for (const index of [1, 2]) await lab.server(index).admin(SQL.start);
    // The lab waits for GTIDs on MySQL.
    await lab.server(0).admin('INSERT INTO app.only_here VALUES (1000)');
    for (const index of [1, 2])
      await expect
        .poll(() => lab.server(index).admin('SELECT id FROM app.only_here'), { timeout: 20_000 })
        .toHaveLength(1);
  }
});
