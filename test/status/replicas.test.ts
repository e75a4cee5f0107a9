import { describe, expect, it } from 'vitest';
import { bin } from '../support/commands.ts';
import { channelOf, screenOf, seenOf, stop, WORDS } from '../support/replicaStatus.ts';
import { start as begin } from '../support/scenes/mha.ts';
import { useLab } from '../support/useLab.ts';
import { isMysql, SQL } from '../tools/lab/kind.ts';
import { changeTo } from '../tools/lab/replication.ts';
import { until } from '../tools/lab/wait.ts';

const lab = useLab({
  ssh: false,
  stock: ['CREATE TABLE app.t (id INT PRIMARY KEY, v INT)', 'INSERT INTO app.t VALUES (1, 1)'],
  eachTest: true,
});
const name = (index: number) => `${lab.server(index).host}:3306`;
const replica = () => lab.server(1);
const master = () => lab.server(0);

describe('a healthy master and its replicas', () => {
  it('are level: a line each with role, threads and positions, and exit 0', async () => {
    const result = await screenOf(lab);
    expect(result, result.stdout + result.stderr).toMatchObject({ code: 0, stderr: '' });
    const lines = result.stdout.split('\n');
    expect(lines[0]).toMatch(new RegExp(`^${name(0)} +master +mysql-bin\\.\\d+:\\d+$`));
    const line = lines.find((text) => text.startsWith(name(1)));
    expect(line).toMatch(/IO\/SQL:Yes\/Yes +mysql-bin\.\d+:\d+ +0 s$/);
    expect(result.stdout).toContain(`replica of ${name(0)}`);
    expect(result.stdout).toContain(`Both replicas replicate and are level with ${name(0)}.`);
    expect(result.stdout).toContain('gtid');
    const seen = await seenOf(lab);
    expect(seen).toMatchObject({ ok: true, level: true, problems: [] });
    expect(seen.servers.map((s) => s.role)).toEqual(['master', `replica of ${name(0)}`, `replica of ${name(0)}`]);
  });

  it('stay level while the master is busy: what it wrote before it was asked is what counts', async () => {
    let going = true;
    const writing = (async () => {
      for (let i = 10; going; i += 1) await master().admin(`INSERT INTO app.t VALUES (${i}, 1)`);
    })();
    for (let look = 0; look < 5; look += 1) expect(await seenOf(lab)).toMatchObject({ ok: true });
    going = false;
    await writing;
  });

  it('shows every key of the JSON for a server that is not reachable as well', async () => {
    await lab.server(2).stop();
    const [first, , third] = (await seenOf(lab)).servers;
    expect(Object.keys(third ?? {})).toEqual(Object.keys(first ?? {}));
    expect(third).toMatchObject({ reachable: false, role: 'not reachable', error: { code: 'ECONNREFUSED' } });
  });

  it('through a replica in between: it is master and replica, and each is measured against its own master', async () => {
    await replica().admin('SET GLOBAL read_only = 0');
    await lab.server(2).adminAll([SQL.stop, SQL.forget]);
    await lab.server(2).adminAll([await changeTo(replica(), lab.repl), SQL.start]);
    await until('the chain', 30_000, async () => (await seenOf(lab)).ok);
    await master().admin('INSERT INTO app.t VALUES (2, 2)');
    const seen = await seenOf(lab);
    expect(seen.ok, JSON.stringify(seen.problems)).toBe(true);
    expect(seen.servers.map((s) => s.role)).toEqual([
      'master',
      `master, replica of ${name(0)}`,
      `replica of ${name(1)}`,
    ]);
  });
});

describe('a thread that was stopped', () => {
  it('IO: what was received is still executed, and it is not level', async () => {
    await replica().admin(stop('IO_THREAD'));
    await master().admin('INSERT INTO app.t VALUES (2, 2)');
    const result = await screenOf(lab);
    expect(result.code).toBe(1);
    expect(result.stdout).toContain('IO/SQL:No/Yes');
    expect(result.stdout.replace(/\s+/g, ' ')).toContain(
      `${name(1)} does not replicate from ${name(0)}: its IO thread is stopped`,
    );
    expect(result.stdout).toMatch(/is \d[\d,]* (byte|transaction)s? behind/);
  });

  it('SQL: received and not executed', async () => {
    await replica().admin(stop('SQL_THREAD'));
    await master().admin('INSERT INTO app.t VALUES (2, 2)');
    const result = await screenOf(lab);
    expect(result.code).toBe(1);
    expect(result.stdout).toContain('IO/SQL:Yes/No');
    expect(result.stdout).toContain('NOT level:');
    await until('the event being received', 30_000, async () =>
      (await screenOf(lab)).stdout.includes('read mysql-bin'),
    );
  });

  it('while nothing is written: level at this moment, and still exit 1', async () => {
    await replica().admin(stop('IO_THREAD'));
    const result = await screenOf(lab);
    expect(result.code).toBe(1);
    expect(result.stdout).toContain('Level at this moment, but NOT all is well:');
  });
});

describe('a replica that lags', () => {
  it('is behind by so much, and --wait_level returns once it has caught up', async () => {
    const holder = await replica().connect('root', '', { socketPath: replica().socketPath });
    try {
      await holder.query('LOCK TABLES app.t READ');
      await master().admin('INSERT INTO app.t VALUES (2, 2)');
      const seen = await seenOf(lab);
      expect(seen).toMatchObject({ ok: false, level: false });
      expect(seen.servers[1]?.channels[0]).toMatchObject({ io: 'Yes', sql: 'Yes', level: 'behind' });
      const given_up = await screenOf(lab, ['--wait_level=1']);
      expect(given_up).toMatchObject({ code: 1, stderr: expect.stringContaining('not level within 1 s') });
      const waiting = await begin(bin('mysql_replica_status'), [`--conf=${lab.confFile}`, '--wait_level=60']);
      await waiting.printed(/waiting: .* behind/);
      await holder.query('UNLOCK TABLES');
      expect(await waiting.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('are level with') });
    } finally {
      await holder.end();
    }
  });
});

describe('replication with more to it', () => {
  it('a replica that is kept behind on purpose', async () => {
    await replica().adminAll([SQL.stop, `${WORDS.change} ${WORDS.master}_DELAY = 3600`, SQL.start]);
    await master().admin('INSERT INTO app.t VALUES (2, 2)');
    await until('the delay', 30_000, async () => (await channelOf(lab, 1)).level === 'behind');
    const { stdout } = await screenOf(lab);
    expect(stdout.replace(/\s+/g, ' ')).toContain('(kept 3600 s behind on purpose)');
    expect(stdout).toContain('(delayed 3600 s)');
  });

  it.skipIf(isMysql)('semi-synchronous: on, and in effect', async () => {
    await master().admin('SET GLOBAL rpl_semi_sync_master_enabled = 1');
    await replica().adminAll(['SET GLOBAL rpl_semi_sync_slave_enabled = 1', SQL.stop, SQL.start]);
    try {
      await until('the acknowledging replica', 30_000, async () =>
        (await screenOf(lab)).stdout.includes('semi-sync source on, in effect, 1 replica to acknowledge'),
      );
      expect((await screenOf(lab)).stdout).toContain('semi-sync replica on, in effect');
      await replica().admin(stop('IO_THREAD'));
      await master().adminAll(['SET GLOBAL rpl_semi_sync_master_timeout = 10', 'INSERT INTO app.t VALUES (3, 3)']);
      expect((await screenOf(lab)).stdout).toContain('semi-sync source on, NOT in effect');
    } finally {
      await master().admin('SET GLOBAL rpl_semi_sync_master_enabled = 0');
      await replica().admin('SET GLOBAL rpl_semi_sync_slave_enabled = 0');
    }
  });

  it.skipIf(isMysql)('by GTID on MariaDB', async () => {
    await replica().adminAll([SQL.stop, 'CHANGE MASTER TO MASTER_USE_GTID = slave_pos', SQL.start]);
    await until('replication by GTID', 30_000, async () => (await seenOf(lab)).ok);
    await master().adminAll(['FLUSH BINARY LOGS', 'INSERT INTO app.t VALUES (2, 2)']);
    const seen = await seenOf(lab);
    expect(seen.ok, JSON.stringify(seen.problems)).toBe(true);
    await replica().adminAll([SQL.stop, SQL.start]);
    await until('replication by GTID again', 30_000, async () => (await seenOf(lab)).ok);
  });

  it('a master whose binlogs were reset: a position beyond its end is not level', async () => {
    await replica().admin(stop('IO_THREAD'));
    await lab.server(2).adminAll([SQL.stop, SQL.forget]);
    await master().admin(SQL.resetBinlog);
    const seen = await seenOf(lab);
    expect(seen.ok).toBe(false);
    expect(seen.servers[1]?.channels[0]).toMatchObject({ level: 'unknown' });
  });
});

describe.runIf(isMysql)('transactions that a replica wrote itself', () => {
  it('are reported, although it is level', async () => {
    await replica().adminAll(['SET GLOBAL read_only = 0', 'CREATE TABLE app.own (id INT)', 'SET GLOBAL read_only = 1']);
    const { code, stdout } = await screenOf(lab);
    expect(code).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      `${name(1)} has written 1 transaction of its own that ${name(0)} does not have`,
    );
  });
});

describe('several masters', () => {
  it('each channel is shown, with its name', async () => {
    const sql = await changeTo(replica(), lab.repl);
    const both = isMysql
      ? [`${sql} FOR CHANNEL 'second'`, "START REPLICA FOR CHANNEL 'second'"]
      : [sql.replace('CHANGE MASTER', "CHANGE MASTER 'second'"), "START SLAVE 'second'"];
    const away = isMysql
      ? ["STOP REPLICA FOR CHANNEL 'second'", "RESET REPLICA ALL FOR CHANNEL 'second'"]
      : ["STOP SLAVE 'second'", "RESET SLAVE 'second' ALL"];
    await lab.server(2).adminAll(both);
    try {
      await until('both channels running', 30_000, async () => (await seenOf(lab)).ok);
      const seen = await seenOf(lab);
      expect(seen.servers[2]?.channels.map((c) => [c.name, c.master])).toEqual([
        ['', name(0)],
        ['second', name(1)],
      ]);
      expect(seen.servers[1]?.role).toBe(`master, replica of ${name(0)}`);
      const { stdout } = await screenOf(lab);
      expect(stdout).toMatch(/^ {2}second +.*IO\/SQL:Yes\/Yes/m);
      expect(stdout).toMatch(new RegExp(`^${name(2)} .*2 channels`, 'm'));
    } finally {
      await lab.server(2).adminAll(away);
    }
  });
});
