import { describe, expect, it } from 'vitest';
import { channelOf, errorOn, screenOf, start, stop, WORDS } from '../support/replicaStatus.ts';
import { useLab } from '../support/useLab.ts';
import { isMysql, SQL } from '../tools/lab/kind.ts';
import { until } from '../tools/lab/wait.ts';

const lab = useLab({
  ssh: false,
  stock: ['CREATE TABLE app.t (id INT PRIMARY KEY, v INT)', 'INSERT INTO app.t VALUES (1, 1)'],
  eachTest: true,
});
const name = (index: number) => `${lab.server(index).host}:3306`;
const replica = () => lab.server(1);
const master = () => lab.server(0);

const local = (...statements: string[]) => ['SET SESSION sql_log_bin = 0', ...statements];

describe('an error in words', () => {
  const change = (...what: string[]) => [SQL.stop, `${WORDS.change} ${what.join(', ')}`, SQL.start];

  it('1045: the replication password is wrong', async () => {
    await replica().adminAll(change(`${WORDS.master}_PASSWORD = 'zpw-wrong'`));
    expect(await errorOn(lab, 1, [1045])).toMatchObject({ thread: 'IO', means: expect.stringContaining('password') });
    const { stdout } = await screenOf(lab);
    expect(stdout).toMatch(/IO\/SQL:(Connecting|No)\/Yes/);
    expect(stdout).toContain('IO error 1045');
  });

  it('2003: the master is down; the replica that has received most is named', async () => {
    await master().stop();
    expect((await errorOn(lab, 1, [2003])).means).toContain('down');
    await errorOn(lab, 2, [2003]);
    const { stdout, code } = await screenOf(lab);
    expect(code).toBe(1);
    const told = stdout.replace(/\s+/g, ' ');
    expect(told).toContain('IO/SQL:Connecting/Yes');
    expect(told).toContain(`${name(0)} cannot be asked`);
    expect(told).toContain(`Of ${name(0)}, all 2 replicas have received the same: up to mysql-bin.`);
    expect(told).toContain('nothing is lost by waiting');
  });

  it('1236, or 13114: the binlog was purged', async () => {
    await replica().admin(stop('IO_THREAD'));
    await master().adminAll(['INSERT INTO app.t VALUES (2, 2)', 'FLUSH BINARY LOGS', 'FLUSH BINARY LOGS']);
    await until('the other replica', 30_000, async () => (await channelOf(lab, 2)).level === 'level');
    const [at] = await master().admin(SQL.status);
    // A file that the connection of the stopped thread still reads is kept.
    await until('the purge', 30_000, async () => {
      await master().adminAll([
        `PURGE BINARY LOGS TO '${at?.File}'`,
        'INSERT INTO app.t (id) SELECT MAX(id) + 1 FROM app.t',
      ]);
      return (await master().admin('SHOW BINARY LOGS'))[0]?.Log_name === at?.File;
    });
    await replica().admin(start('IO_THREAD'));
    const error = await errorOn(lab, 1, [WORDS.gone]);
    expect(error.means).toContain('no longer has the binlog');
    expect(error.now.join(' ')).toContain('would be missing here for good');
    expect((await screenOf(lab)).stdout).toContain('NOT level:');
  });

  it('1133, or 1396 on MySQL: the account is missing; no hash is shown', async () => {
    await master().admin("CREATE USER tim@'%' IDENTIFIED BY 'zpw-tim'");
    await lab.waitReplicasLevel();
    await replica().adminAll(local("DROP USER tim@'%'"));
    await master().admin(
      isMysql ? "ALTER USER tim@'%' IDENTIFIED BY 'zpw-t2'" : "SET PASSWORD FOR tim@'%' = PASSWORD('zpw-t2')",
    );
    const error = await errorOn(lab, 1, [1133, 1396]);
    expect(error.text).toContain('***');
    expect(error.means).toContain('account');
  });

  it('1062: the row is here already', async () => {
    await replica().adminAll(local('INSERT INTO app.t VALUES (2, 9)'));
    await master().admin('INSERT INTO app.t VALUES (2, 2)');
    const error = await errorOn(lab, 1, [1062]);
    expect(error.text).toContain("Duplicate entry '2'");
    expect(error.means).toContain('is here already');
    const { stdout } = await screenOf(lab);
    expect(stdout).toContain('SQL error 1062');
    expect(stdout.replace(/\s+/g, ' ')).toContain('Skipping the transaction loses everything else that is in it');
  });

  it('a text of the server cannot write on the terminal by itself', async () => {
    await master().admin('CREATE TABLE app.s (id VARCHAR(20) PRIMARY KEY)');
    await lab.waitReplicasLevel();
    await replica().adminAll(local("INSERT INTO app.s VALUES ('\u001b[31mred')"));
    await master().admin("INSERT INTO app.s VALUES ('\u001b[31mred')");
    await errorOn(lab, 1, [1062]);
    const { stdout } = await screenOf(lab);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('?[31mred');
  });

  it('1032: the row is not here', async () => {
    await replica().adminAll(local('DELETE FROM app.t'));
    await master().adminAll(['SET SESSION binlog_format = ROW', 'UPDATE app.t SET v = 7']);
    const error = await errorOn(lab, 1, [1032]);
    expect(error.means).toContain('lacks it');
  });

  it('1593, or 13117: the same server_id', async () => {
    await replica().adminAll(['SET GLOBAL server_id = 1', SQL.stop, SQL.start]);
    try {
      const error = await errorOn(lab, 1, [WORDS.ids]);
      expect(error.means).toContain('the same server_id');
    } finally {
      await replica().admin('SET GLOBAL server_id = 2');
    }
  });

  it('1146: the table is not here', async () => {
    await replica().adminAll(local('DROP TABLE app.t'));
    await master().admin('INSERT INTO app.t VALUES (2, 2)');
    expect((await errorOn(lab, 1, [1146])).means).toContain('does not');
  });
});
