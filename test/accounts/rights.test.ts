import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  endOf,
  expectMaster,
  expectRecovered,
  hook,
  recover,
  SETTINGS,
  type State,
  stock,
  writeSettings,
} from '../support/scenes/network.ts';
import { useLab } from '../support/useLab.ts';
import { rightsOf } from '../support/zoo/zoo.ts';
import { accounts } from '../tools/lab/accounts.ts';
import { SQL } from '../tools/lab/kind.ts';
import { changeTo } from '../tools/lab/replication.ts';
import type { LabServer } from '../tools/lab/server.ts';
import { until } from '../tools/lab/wait.ts';

const UNLOGGED = 'SET sql_log_bin = 0';

describe('servers that are full, or differ', () => {
  const lab = useLab({ ssh: false, settings: SETTINGS, eachTest: true });
  let before: State;
  const clients: { destroy(): void }[] = [];
  const name = (index: number) => `${lab.server(index).host}:3306`;

  beforeEach(async () => {
    before = await stock(lab);
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy();
  });

  describe('a server at max_connections, one place reserved by the server', () => {
    it.each([
      ['the original master', 0],
      ['the new master', 1],
      ['a replica', 2],
    ])('%s: the switch goes through', async (_, index) => {
      await fill(lab.server(index));
      await expectCode(endOf(hook(lab, 'stop')), 0);
      await expectCode(endOf(hook(lab, 'start')), 0);
      await expectCode(endOf(recover(lab)), 0);
      await makeRoom(lab.server(index));
      await expectRecovered(lab);
      await expectMaster(lab, 1, before);
    });

    it('the original master: a stop that came to nothing is put back by recovery', async () => {
      await expectCode(endOf(hook(lab, 'stop')), 0);
      await fill(lab.server(0));
      await expectCode(endOf(recover(lab)), 0);
      await makeRoom(lab.server(0));
      await expectRecovered(lab);
      expect(await rightsOf(lab.server(0))).toEqual(before[0]?.rights);
    });

    it('not even the reserved place is free: refused before anything is touched', async () => {
      await fill(lab.server(0));
      const { user, password } = lab.mha;
      clients.push(await lab.server(0).connect(user, password));
      const { output } = await expectCode(endOf(hook(lab, 'stop')), 1);
      expect(output).toContain(`${name(0)}: cannot connect as mha: Too many connections`);
      for (const client of clients.splice(0)) client.destroy();
      await makeRoom(lab.server(0));
      expect(await rightsOf(lab.server(0))).toEqual(before[0]?.rights);
    });
  });

  it('a replica lacks an account: replication goes on everywhere, rights are level elsewhere', async () => {
    await lab.server(2).adminAll([UNLOGGED, "DROP USER z_global@'%'"]);
    await expectCode(endOf(hook(lab, 'stop')), 1);
    writeSettings(lab, { account_mismatch: 'warn' });
    const { output } = await expectCode(endOf(hook(lab, 'stop')), 0);
    expect(output).toContain(`'z_global'@'%' is missing on ${name(2)}`);
    const [at] = await lab.server(1).admin(SQL.status);
    await expectCode(endOf(hook(lab, 'start')), 10);
    await lab.server(1).adminAll([SQL.stop, SQL.forget]);
    for (const index of [0, 2]) await follow(lab.server(index), at);
    await lab.waitReplicasLevel();
    expect((await lab.dump()).map(({ sql }) => sql)).toEqual(['Yes', undefined, 'Yes']);
    await expectRecovered(lab);
    expect((await lab.dump()).map(({ sql }) => sql)).toEqual(['Yes', undefined, 'Yes']);
    expect(await rightsOf(lab.server(0))).toEqual(before[0]?.rights);
    expect(await rightsOf(lab.server(1))).toEqual(before[0]?.rights);
    const { "'z_global'@'%'": _, ...rest } = before[0]?.rights ?? {};
    expect(await rightsOf(lab.server(2))).toEqual(rest);
    const created = before[0]?.rights["'z_global'@'%'"]?.filter((sql) => sql.startsWith('CREATE USER'));
    await lab.server(2).adminAll([UNLOGGED, ...(created ?? [])]);
    await expectCode(endOf(recover(lab, `--from=${lab.server(1).host}`)), 0);
    expect(await rightsOf(lab.server(2))).toEqual(before[0]?.rights);
  });

  it('no journal: mha_recover --from shows what is lacking, and gives it', async () => {
    const damage = ["REVOKE ALL PRIVILEGES, GRANT OPTION FROM app@'%', z_global@'%', z_all@'%'"];
    await lab.server(0).adminAll([UNLOGGED, ...damage, "ALTER USER z_db@'10.%' ACCOUNT LOCK"]);
    const damaged = await rightsOf(lab.server(0));
    const from = `--from=${lab.server(1).host}`;
    const { output } = await expectCode(endOf(recover(lab, from, '--dry_run')), 1);
    for (const text of [`${name(0)} lacks:`, 'GRANT SELECT, INSERT, UPDATE, RELOAD ON *.*', 'ACCOUNT UNLOCK']) {
      expect(output).toContain(text);
    }
    expect(output).toContain(`${name(2)}: lacks nothing`);
    expect(await rightsOf(lab.server(0))).toEqual(damaged);
    await expectCode(endOf(recover(lab, from)), 0);
    for (const server of lab.servers) expect(await rightsOf(server)).toEqual(before[0]?.rights);
    const again = await expectCode(endOf(recover(lab, from)), 0);
    expect(again.output).toContain(`${name(0)}: lacks nothing`);
  });

  /** Applications take every connection that is not reserved, and do nothing with it. */
  async function fill(server: LabServer): Promise<void> {
    await server.admin('SET GLOBAL max_connections = 20');
    const { user, password } = accounts.app;
    for (;;) {
      const client = await server.connect(user, password).catch((error: { errno?: number }) => error.errno);
      if (client === undefined || typeof client === 'number') {
        expect(client).toBe(1040);
        return;
      }
      clients.push(client.on('error', () => {}));
    }
  }

  /** The place of whoever has just left may be taken for a moment. */
  function makeRoom(server: LabServer): Promise<unknown> {
    return until(`room on ${server.id}`, 30_000, () => server.admin('SET GLOBAL max_connections = 500'));
  }

  async function follow(replica: LabServer, at: Record<string, unknown> | undefined): Promise<void> {
    await replica.adminAll([SQL.stop, await changeTo(lab.server(1), lab.repl, at), SQL.start]);
  }

  async function expectCode(ending: ReturnType<typeof endOf>, code: number) {
    const result = await ending;
    expect(result.code, result.output).toBe(code);
    return result;
  }
});
