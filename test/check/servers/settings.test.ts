import { describe, expect, it } from 'vitest';
import { clocks } from '../../../src/procedures/check/clocks.ts';
import { binlog } from '../../../src/procedures/check/servers/replication/binlog.ts';
import { readOnly } from '../../../src/procedures/check/servers/replication/readOnly.ts';
import { replication } from '../../../src/procedures/check/servers/replication/replication.ts';
import { settings } from '../../../src/procedures/check/servers/settings.ts';
import { versions } from '../../../src/procedures/check/servers/versions.ts';
import { bad, type Looking, look, useCheckedLab } from '../../support/checking.ts';
import { isMysql, SQL } from '../../tools/lab/kind.ts';
import { until } from '../../tools/lab/wait.ts';

const { lab, provoke } = useCheckedLab();

describe('read_only', () => {
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

it('the lab is healthy again', async () => {
  await until('replication', 30_000, async () => bad(await look(lab, [replication])).length === 0);
  expect(bad(await look(lab)).map((f) => f.code)).toEqual([]);
});
