import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clocks } from '../../src/procedures/check/clocks.ts';
import { replAccount } from '../../src/procedures/check/servers/accounts/replAccount.ts';
import { identities } from '../../src/procedures/check/servers/identities.ts';
import { binlog } from '../../src/procedures/check/servers/replication/binlog.ts';
import { events } from '../../src/procedures/check/servers/replication/events.ts';
import { filters } from '../../src/procedures/check/servers/replication/filters.ts';
import { readOnly } from '../../src/procedures/check/servers/replication/readOnly.ts';
import { replication } from '../../src/procedures/check/servers/replication/replication.ts';
import { semisync } from '../../src/procedures/check/servers/replication/semisync.ts';
import { settings } from '../../src/procedures/check/servers/settings.ts';
import { transactions } from '../../src/procedures/check/servers/transactions.ts';
import { unlisted } from '../../src/procedures/check/servers/unlisted.ts';
import { versions } from '../../src/procedures/check/servers/versions.ts';
import { isMysql, SQL } from '../lab/kind.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { startDaemon } from '../lab/processes.ts';
import { tail, until } from '../lab/wait.ts';
import { bad, type Looking, look, type Provocation, provokeIn, undrivable } from '../support/checking.ts';
import { rootSession } from '../support/state.ts';

/** The first server is the master. */
let lab: Lab;
/** A SELECT on the third server that goes on and on. */
let busy: Awaited<ReturnType<typeof rootSession>> | undefined;

beforeAll(async () => {
  lab = await startLab({ ssh: false });
});

afterAll(async () => {
  busy?.destroy();
  await lab?.stop();
});

const HERE = 'SET SESSION sql_log_bin = 0';
/** On that server alone. */
const on = (number: number, ...statements: string[]) => lab.server(number).adminAll([HERE, ...statements]);
const onMaster = async (...statements: string[]) => {
  await lab.server(0).adminAll(statements);
  await lab.waitReplicasLevel();
};
const provoke = (given: Provocation) => provokeIn(lab, given);

it('a healthy lab: nothing but notes', async () => {
  const found = await look(lab);
  expect(bad(found).map((f) => f.code)).toEqual(undrivable);
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
      ...{ check: replication, code: 'not_a_replica', level: 'error', where: 1, text: /from nothing/ },
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

describe('read_only', () => {
  beforeAll(async () => {
    busy = await rootSession(lab.server(2));
    void busy.query('SELECT SLEEP(100)').catch(() => {});
  });

  it('off at a replica', () =>
    provoke({
      ...{ check: readOnly, code: 'replica_writable', level: 'warning', where: 2 },
      cause: () => lab.server(2).admin('SET GLOBAL read_only = 0'),
      mend: 'follow',
    }));

  it.runIf(isMysql)('persisted as off', () =>
    provoke({
      ...{ check: readOnly, code: 'read_only_at_restart', level: 'warning', where: 0 },
      cause: () => lab.server(0).admin('SET PERSIST read_only = 0'),
      mend: () => lab.server(0).admin('SET PERSIST_ONLY read_only = 1'),
    }),
  );

  it('not configured at the master, and configured at a replica', async () => {
    await lab.server(0).restart();
    await lab.server(1).restart(['--read-only=1']);
    const found = await look(lab, [readOnly]);
    const about = (number: number) => found.filter((f) => f.where.startsWith(`${lab.server(number).host}:`));
    expect(about(0).map((f) => f.code)).toEqual(isMysql ? [] : ['read_only_at_restart']);
    expect(about(1)).toEqual([]);
    if (isMysql) await lab.server(0).admin('RESET PERSIST');
    await lab.server(0).admin('SET GLOBAL read_only = 0');
    expect(bad(await look(lab, [readOnly]))).toEqual([]);
  });
});

describe('binlogs', () => {
  it.runIf(!isMysql)('relay logs that are removed', () =>
    provoke({
      ...{ check: binlog, code: 'relay_log_purge', level: 'warning', where: 1 },
      cause: () => lab.server(1).admin('SET GLOBAL relay_log_purge = 1'),
      mend: 'follow',
    }),
  );

  it('none, or none of what was replicated', async () => {
    const noUpdates = isMysql ? '--log-replica-updates=0' : '--log-slave-updates=0';
    await provoke({
      ...{ check: binlog, where: 1, code: 'no_binlog', level: 'error' },
      cause: () => lab.server(1).restart(['--skip-log-bin']),
      mend: () => lab.server(1).restart([noUpdates]),
    });
    expect(await look(lab, [binlog])).toMatchObject([{ code: 'no_log_slave_updates', level: 'warning' }]);
    await lab.server(1).restart();
    expect(await look(lab, [binlog], { noMaster: [1] })).toEqual([]);
    await lab.server(1).admin('SET GLOBAL read_only = 1');
    await until('replication', 30_000, async () => bad(await look(lab, [replication])).length === 0);
  });

  it.runIf(!isMysql)('another version', () =>
    provoke({
      ...{ check: versions, code: 'version_older', level: 'warning', where: 1, text: /MariaDB 10\.5, .*MariaDB 10/ },
      cause: () => lab.server(1).restart(['--version=10.5.9-MariaDB']),
      mend: () => lab.server(1).restart(['--read-only=1']),
    }),
  );
});

describe('settings of a candidate', () => {
  it.each([
    ['sql_mode', "''", 'setting_differs', 'warning'],
    ['collation_server', "'utf8mb4_bin'", 'setting_differs', 'warning'],
    ['time_zone', "'+03:00'", 'setting_differs', 'warning'],
    ['max_connections', '100', 'setting_lower', 'note'],
    ['sync_binlog', '0', 'setting_weaker', 'note'],
    ['innodb_flush_log_at_trx_commit', '2', 'setting_weaker', 'note'],
  ] as const)('%s = %s', async (name, value, code, level) => {
    const [before] = await lab.server(1).admin(`SELECT @@global.${name} AS value`);
    const text = new RegExp(`^${name} is `);
    await provoke({
      ...{ check: settings, code, level, where: 1, text },
      cause: () => lab.server(1).admin(`SET GLOBAL ${name} = ${value}`),
      mend: () => lab.server(1).admin(`SET GLOBAL ${name} = ?`, [before?.value]),
    });
  });

  it('binlog_format', async () => {
    const [before] = await lab.server(1).admin('SELECT @@global.binlog_format AS value');
    const [stop, start] = isMysql ? [`${SQL.stop} SQL_THREAD`, `${SQL.start} SQL_THREAD`] : ['DO 0', 'DO 0'];
    const set = (value: unknown, ...numbers: number[]) =>
      Promise.all(
        numbers.map((n) =>
          lab
            .server(n)
            .adminAll([...(n > 0 ? [stop] : []), `SET GLOBAL binlog_format = '${value}'`, ...(n > 0 ? [start] : [])]),
        ),
      );
    const about = { check: settings, where: 1, text: /binlog_format is STATEMENT/ };
    const mend = () => set(before?.value, 0, 1);
    await provoke({ ...about, code: 'setting_differs', level: 'warning', cause: () => set('STATEMENT', 1), mend });
    await provoke({ ...about, code: 'binlog_statement', level: 'note', cause: () => set('STATEMENT', 0, 1), mend });
  });
});

it('a clock that is wrong', async () => {
  const wrong = async ({ servers }: Parameters<NonNullable<Looking['before']>>[0]) => {
    await servers[2]?.session.rows('SET SESSION timestamp = UNIX_TIMESTAMP() - 60');
  };
  const found = await look(lab, [clocks], { before: wrong });
  expect(found.map((f) => [f.code, f.level])).toEqual([['clock_differs', 'warning']]);
  expect(found[0]?.text).toMatch(/its clock is (59|60|61)\.\d s behind that of/);
  expect(await look(lab, [clocks])).toEqual([]);
});

describe('events', () => {
  const daily = "CREATE DEFINER=root@localhost EVENT app.daily ON SCHEDULE EVERY 1 DAY DO DO 'it''s'";

  it('on at the master are no finding', async () => {
    await onMaster(daily);
    expect(await look(lab, [events])).toEqual([]);
  });

  it('on at a replica', () =>
    provoke({
      ...{ check: events, code: 'event_on_replica', level: 'warning', where: 2, text: /app\.daily/ },
      cause: () => on(2, 'ALTER DEFINER=root@localhost EVENT app.daily ENABLE'),
      mend: 'follow',
    }));

  it('off at a candidate', () =>
    provoke({
      ...{ check: events, code: 'event_lost', level: 'warning', where: 1, text: /app\.daily/ },
      cause: () => on(1, 'ALTER DEFINER=root@localhost EVENT app.daily DISABLE'),
      mend: 'follow',
    }));

  it('missing at a candidate', () =>
    provoke({
      ...{ check: events, code: 'event_lost', level: 'warning', where: 1, text: /missing/ },
      cause: () => on(1, 'DROP EVENT app.daily'),
      mend: () => on(1, daily, 'ALTER DEFINER=root@localhost EVENT app.daily DISABLE ON SLAVE'),
    }));

  it('whose scheduler is off', () =>
    provoke({
      ...{ check: events, code: 'event_scheduler_off', level: 'warning', where: 1, text: /with 1 events/ },
      cause: () => lab.server(1).admin('SET GLOBAL event_scheduler = OFF'),
      mend: 'follow',
    }));

  it('whose definer a candidate lacks', () =>
    provoke({
      ...{ check: events, code: 'event_definer_missing', level: 'warning', where: 1, text: /app\.hers \(her@%\)/ },
      cause: async () => {
        await onMaster("CREATE USER her@'%'", "CREATE DEFINER=her@'%' EVENT app.hers ON SCHEDULE EVERY 1 DAY DO DO 0");
        await on(1, "DROP USER her@'%'");
      },
      mend: async () => {
        await onMaster('DROP EVENT app.hers');
        for (const number of [0, 2]) await on(number, "DROP USER her@'%'");
      },
    }));
});

describe('semi-synchronous replication', () => {
  const [source, replica] = isMysql ? ['source', 'replica'] : ['master', 'slave'];
  const asMaster = (number: number, enabled: 0 | 1, timeout = 10_000) =>
    lab
      .server(number)
      .adminAll([
        `SET GLOBAL rpl_semi_sync_${source}_timeout = ${timeout}`,
        `SET GLOBAL rpl_semi_sync_${source}_enabled = ${enabled}`,
      ]);
  const asReplica = (number: number, enabled: 0 | 1) =>
    lab
      .server(number)
      .adminAll([
        `SET GLOBAL rpl_semi_sync_${replica}_enabled = ${enabled}`,
        `${SQL.stop} IO_THREAD`,
        `${SQL.start} IO_THREAD`,
      ]);

  beforeAll(async () => {
    if (!isMysql) return;
    for (const word of ['source', 'replica'])
      for (const server of lab.servers) {
        await server.admin(`INSTALL PLUGIN rpl_semi_sync_${word} SONAME 'semisync_${word}.so'`);
      }
  });

  it('that nobody acknowledges, for a minute', () =>
    provoke({
      ...{ check: semisync, code: 'semisync_hangs', level: 'error', where: 0, text: /waits 60 s .* 0 replicas/ },
      cause: () => asMaster(0, 1, 60_000),
      mend: () => asMaster(0, 0),
    }));

  it('that nobody acknowledges, for a second', () =>
    provoke({
      ...{ check: semisync, code: 'semisync_hangs', level: 'warning', where: 0 },
      cause: () => asMaster(0, 1, 1000),
      mend: () => asMaster(0, 0),
    }));

  it('that waits for a minute if a replica is lost', () =>
    provoke({
      ...{ check: semisync, code: 'semisync_timeout', level: 'warning', where: 0, text: /up to 60 s/ },
      cause: async () => {
        await asMaster(0, 1, 60_000);
        await asReplica(1, 1);
        const none = async () => !(await look(lab, [semisync])).some((f) => f.code === 'semisync_hangs');
        await until('the replica to take part', 30_000, none);
      },
      mend: () => asMaster(0, 1, 1000),
    }));

  it('is a note where a candidate has none, and no finding where it has', () =>
    provoke({
      ...{ check: semisync, code: 'semisync_off', level: 'note', where: 1, as: { noMaster: [2] } },
      cause: async () => {},
      mend: async () => {
        await asReplica(2, 1);
        await asMaster(1, 1);
        await until('replication', 30_000, async () => bad(await look(lab, [replication])).length === 0);
      },
    }));

  it('that would wait for nobody once a candidate is the master', () =>
    provoke({
      ...{ check: semisync, code: 'semisync_candidate', level: 'warning', where: 1 },
      cause: () => asReplica(2, 0),
      mend: async () => {
        await asMaster(1, 0);
        await asMaster(0, 0);
        await asReplica(1, 0);
      },
    }));
});

describe('what runs now', () => {
  const found = async (code: string) => (await look(lab, [transactions])).some((f) => f.code === code);

  it('a transaction on the master that has been open for long', async () => {
    await onMaster('CREATE TABLE app.held (id INT PRIMARY KEY, n INT)', 'INSERT INTO app.held VALUES (1, 1)');
    const session = await lab.server(0).connect('app', 'lab-app', { database: 'app' });
    await provoke({
      ...{
        check: transactions,
        code: 'long_transaction',
        level: 'warning',
        where: 0,
        text: /app from .*connection \d+/,
      },
      cause: async () => {
        await session.query('START TRANSACTION');
        await session.query('UPDATE held SET n = 2');
        await until('a second', 30_000, () => found('long_transaction'));
      },
      mend: () => session.query('ROLLBACK'),
    });
    await session.end();
  });

  it('an update that MHA would not begin beside', async () => {
    const session = await rootSession(lab.server(0));
    await provoke({
      ...{ check: transactions, code: 'long_update', level: 'warning', where: 0, text: /root from .* Query for \d+ s/ },
      cause: async () => {
        void session.query('DO SLEEP(100)').catch(() => {});
        await until('two seconds', 30_000, () => found('long_update'));
      },
      mend: async () => {
        await lab.server(0).admin(`KILL ${session.threadId}`);
        await until('its end', 30_000, async () => !(await found('long_update')));
      },
    });
  });

  it('a query on a candidate that MHA would not begin beside', async () => {
    await until('ten seconds', 30_000, () => found('long_query'));
    expect(await look(lab, [transactions], { noMaster: [2] })).toEqual([]);
    await lab.server(2).admin(`KILL ${busy?.threadId}`);
    await until('its end', 30_000, async () => !(await found('long_query')));
  });
});

it('the lab is healthy again', async () => {
  await until('replication', 30_000, async () => bad(await look(lab, [replication])).length === 0);
  expect(bad(await look(lab)).map((f) => f.code)).toEqual(undrivable);
});
