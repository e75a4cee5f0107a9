import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { replAccount } from '../../../src/procedures/check/servers/accounts/replAccount.ts';
import { identities } from '../../../src/procedures/check/servers/identities.ts';
import { filters } from '../../../src/procedures/check/servers/replication/filters.ts';
import { replication } from '../../../src/procedures/check/servers/replication/replication.ts';
import { unlisted } from '../../../src/procedures/check/servers/unlisted.ts';
import { bad, look, useCheckedLab } from '../../support/checking.ts';
import { rootSession } from '../../support/state/state.ts';
import { isMysql, SQL } from '../../tools/lab/kind.ts';
import { startDaemon } from '../../tools/lab/processes.ts';
import { tail, until } from '../../tools/lab/wait.ts';

const { lab, on, onMaster, provoke } = useCheckedLab();

it('a healthy lab: nothing but notes', async () => {
  const found = await look(lab);
  expect(bad(found).map((f) => f.code)).toEqual([]);
  expect(found.filter((f) => f.level === 'note').map((f) => f.code)).toContain('writes_in_spite');
});

describe('replication', () => {
  it('stopped', () =>
    provoke({
      ...{ check: replication, code: 'replication_stopped', level: 'error', where: 1, text: /IO Yes, SQL No/ },
      cause: () => lab.server(1).admin(`${SQL.stop} SQL_THREAD`),
      mend: () => lab.server(1).admin(`${SQL.start} SQL_THREAD`),
    }));

  it('far behind', async () => {
    await onMaster('CREATE TABLE app.late (id INT PRIMARY KEY)');
    const holder = await rootSession(lab.server(1));
    const behind = async () => (await look(lab, [replication])).some((f) => f.code === 'replica_behind');
    try {
      await provoke({
        // MariaDB counts from when the replica began to wait, MySQL from when it was written.
        ...{ check: replication, code: 'replica_behind', where: 1, text: /is \d+ s behind/ },
        level: isMysql ? 'error' : 'warning',
        cause: async () => {
          await holder.query('LOCK TABLES app.late READ');
          await lab.server(0).adminAll(['SET timestamp = UNIX_TIMESTAMP() - 100', 'INSERT INTO app.late VALUES (1)']);
          await until('the lag', 30_000, behind);
        },
        mend: async () => {
          await holder.query('UNLOCK TABLES');
          await until('no lag', 30_000, async () => !(await behind()));
        },
      });
    } finally {
      holder.destroy();
    }
  });

  it.each([
    ['error', []],
    ['note', [1]],
  ] as const)('held back: %s', (level, noMaster) => {
    const set = (seconds: number) =>
      lab
        .server(1)
        .adminAll([
          SQL.stop,
          isMysql
            ? `CHANGE REPLICATION SOURCE TO SOURCE_DELAY = ${seconds}`
            : `CHANGE MASTER TO MASTER_DELAY = ${seconds}`,
          SQL.start,
        ]);
    return provoke({
      ...{
        check: replication,
        code: 'replica_delayed',
        level,
        where: 1,
        text: /holds back .* for 60 s/,
        as: { noMaster },
      },
      cause: () => set(60),
      mend: () => set(0),
    });
  });

  it('of nobody', () =>
    provoke({
      ...{ check: replication, code: 'not_a_replica', level: 'error', where: 1, text: /from nobody/ },
      cause: () => lab.server(1).adminAll([SQL.stop, SQL.forget]),
      mend: () => lab.rewire(),
    }));

  it('of two masters', () =>
    provoke({
      ...{ check: replication, code: 'many_masters', level: 'warning', where: 1 },
      cause: () =>
        lab
          .server(1)
          .admin(
            isMysql
              ? "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.9' FOR CHANNEL 'other'"
              : "CHANGE MASTER 'other' TO MASTER_HOST = '127.0.0.9'",
          ),
      mend: () => lab.server(1).admin(isMysql ? "RESET REPLICA ALL FOR CHANNEL 'other'" : "RESET SLAVE 'other' ALL"),
    }));

  it('from a server that has no account for it', () =>
    provoke({
      ...{ check: replAccount, code: 'repl_account_missing', level: 'error', where: 1, text: /repl/ },
      cause: () => on(1, "DROP USER repl@'%'"),
      mend: 'follow',
    }));

  it('from a server whose account may not', () =>
    provoke({
      ...{ check: replAccount, code: 'repl_account_rights', level: 'error', where: 1, text: /REPLICATION SLAVE/ },
      cause: () => on(1, "REVOKE REPLICATION SLAVE ON *.* FROM repl@'%'"),
      mend: 'follow',
    }));

  it('from a server whose account lets nobody in from there', () =>
    provoke({
      ...{ check: replAccount, code: 'repl_account_host', level: 'warning', where: 1, text: /not to let in/ },
      cause: () => on(1, "RENAME USER repl@'%' TO repl@'10.9.%'"),
      mend: () => on(1, "RENAME USER repl@'10.9.%' TO repl@'%'"),
    }));

  it('by a server that the configuration does not list', async () => {
    const [found] = await look(lab, [unlisted], { servers: [0, 1] });
    expect(found).toMatchObject({ level: 'warning', code: 'unlisted_replica', text: expect.stringContaining('id 3') });
    expect(await look(lab, [unlisted])).toEqual([]);
  });

  it.runIf(!isMysql)('by a program that reads the binlog and is no replica', async () => {
    const from = [`--socket=${lab.server(0).socketPath}`, '--user=root', '--stop-never-slave-server-id=77'];
    const log = join(lab.folder, 'reader.log');
    const into = `--result-file=${join(lab.folder, 'reader-')}`;
    const args = [
      '--no-defaults',
      ...from,
      '--read-from-remote-server',
      '--raw',
      '--stop-never',
      into,
      'mysql-bin.000001',
    ];
    const reader = await startDaemon('mariadb-binlog', args, log);
    try {
      const told = async () => (await look(lab, [unlisted])).find((f) => f.code === 'binlog_readers');
      const found = await until('the reader', 30_000, told, () => tail(log));
      expect(found).toMatchObject({ level: 'note', text: expect.stringMatching(/^3 connections .* 2 replicas/) });
    } finally {
      await reader.kill();
    }
    await until('its end', 30_000, async () => {
      // The server learns that the reader is gone when it has something to send.
      await onMaster('CREATE DATABASE IF NOT EXISTS app');
      return (await look(lab, [unlisted])).length === 0;
    });
  });

  it('with a filter', async () => {
    const filter = (database: string) =>
      lab
        .server(1)
        .adminAll([
          SQL.stop,
          isMysql
            ? `CHANGE REPLICATION FILTER REPLICATE_DO_DB = (${database})`
            : `SET GLOBAL replicate_do_db = '${database}'`,
          SQL.start,
        ]);
    const about = { check: filters, cause: () => filter('app'), mend: () => filter(''), text: /Replicate_Do_DB/ };
    await provoke({ ...about, code: 'filters_differ', level: 'error', where: 1 });
    await provoke({ ...about, code: 'filters', level: 'warning', where: 1 });
  });

  it('with the id of another server', () =>
    provoke({
      ...{ check: identities, code: 'server_id_twice', level: 'error', where: 2 },
      cause: () => lab.server(2).admin('SET GLOBAL server_id = 2'),
      mend: () => lab.server(2).admin('SET GLOBAL server_id = 3'),
    }));
});

it('the lab is healthy again', async () => {
  await until('replication', 30_000, async () => bad(await look(lab, [replication])).length === 0);
  expect(bad(await look(lab)).map((f) => f.code)).toEqual([]);
});
