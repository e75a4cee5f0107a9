import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { configureHooks, runCommand } from '../../support/commands.ts';
import { CONFIGURED, check } from '../../support/mhaCheck.ts';
import { useLab } from '../../support/useLab.ts';
import { isMysql, SQL } from '../../tools/lab/kind.ts';
import { MHA_ENV, runMha } from '../../tools/lab/mha.ts';
import { changeTo } from '../../tools/lab/replication.ts';

const lab = useLab({ servers: 4, mysqld: ['--log-slave-updates', ...CONFIGURED] });

beforeAll(async () => {
  const change = await changeTo(lab.server(1), lab.repl);
  await lab.server(3).adminAll([SQL.stop, change, SQL.start]);
});

const configure = (last: Record<string, number>) => configureHooks(lab, [{}, {}, {}, last]);
const repl = () => runMha('masterha_check_repl', [`--conf=${lab.confFile}`]);
const address = (index: number) => `${lab.server(index).host}:${lab.server(index).port}`;

describe.skipIf(isMysql)('a replica of a replica', () => {
  beforeEach(() => configure({ multi_tier_slave: 1 }));

  it('with multi_tier_slave = 1 is ready, for mha_check as for MHA', async () => {
    expect((await repl()).code).toBe(0);
    const { result, findings } = await check(lab);
    expect(findings).toEqual([]);
    expect(result.code).toBe(0);
    expect(JSON.parse(result.stdout).findings).toContainEqual(
      expect.objectContaining({ level: 'note', code: 'lower_tier', where: address(3) }),
    );
  });

  it('is no candidate', async () => {
    configureHooks(lab, [{}, { no_master: 1 }, { no_master: 1 }, { multi_tier_slave: 1 }]);
    expect((await check(lab)).only('no_candidate').level).toBe('error');
  });

  it('is level with its master for mysql_replica_status, and passes --check_only', async () => {
    const status = await runCommand('mysql_replica_status', [`--conf=${lab.confFile}`]);
    expect(status, status.stdout).toMatchObject({ code: 0 });
    const only = await runCommand('mysql_online_failover', [`--conf=${lab.confFile}`, '--check_only'], {
      env: MHA_ENV,
    });
    expect(only.code, only.stdout + only.stderr).toBe(0);
  });

  it('without it is an error that names the parameter, as MHA refuses', async () => {
    configure({});
    expect((await repl()).code).toBe(1);
    const found = (await check(lab)).only('not_a_replica');
    expect(found).toMatchObject({
      level: 'error',
      where: address(3),
      advice: expect.stringContaining('multi_tier_slave'),
    });
  });

  it('below a writable replica is an error, as MHA refuses two masters', async () => {
    await lab.server(1).admin('SET GLOBAL read_only = 0');
    expect((await repl()).code).toBe(1);
    const found = (await check(lab)).only('two_masters');
    expect(found).toMatchObject({ level: 'error', where: address(1), statements: ['SET GLOBAL read_only = 1'] });
    await lab.server(1).admin('SET GLOBAL read_only = 1');
    expect((await check(lab)).findings).toEqual([]);
  });

  it('that stands still is reported like any other', async () => {
    await lab.server(3).admin(SQL.stop);
    expect((await check(lab)).only('replication_stopped')).toMatchObject({ level: 'error', where: address(3) });
    await lab.server(3).admin(SQL.start);
  });

  it('does not keep a switch from ending well: the replica of a replica stays one', async () => {
    const to = async (index: number) => {
      const result = await runCommand('mysql_online_failover', [
        `--conf=${lab.confFile}`,
        `--new_master_host=${lab.server(index).host}`,
      ]);
      expect(result.code, result.stdout + result.stderr).toBe(0);
      expect((await lab.dump())[3]).toMatchObject({ master: address(1), io: 'Yes', sql: 'Yes' });
    };
    await to(2);
    await to(0);
  });
});
