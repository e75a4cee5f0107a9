import { describe, expect, it } from 'vitest';
import { configureHooks, runCommand } from '../support/commands.ts';
import { start } from '../support/scenes/mha.ts';
import { openServers } from '../support/state/judge.ts';
import { useLab } from '../support/useLab.ts';
import { canUseNamespaces } from '../tools/lab/hosts/namespaces.ts';
import { isMysql } from '../tools/lab/kind.ts';
import { missingOn, startLoad } from '../tools/lab/load/load.ts';
import { MHA_ENV } from '../tools/lab/mha.ts';
import { until } from '../tools/lab/wait.ts';

const ROUNDS = Number(process.env.MHA_HELPER_ROUNDS ?? 1);
const NO_MASTER = [{}, {}, { no_master: 1 }];
const MODES = isMysql ? ['by GTID', 'by file and position'] : ['by file and position'];
const WAYS = ['mysql_failover', 'masterha_manager'].flatMap((way) =>
  Array.from({ length: ROUNDS }, (_, index) => [way, index + 1] as const),
);

describe.runIf(canUseNamespaces())('the master’s host is cut off from everybody', () => {
  describe.each(MODES)('replicas go %s', (mode) => {
    const lab = useLab({ namespaces: true, positions: mode !== 'by GTID', mhaEach: NO_MASTER, eachTest: true });

    async function cutOff(): Promise<void> {
      for (const other of ['manager', 1, 2] as const) await lab.cut(0, other);
    }

    it.each(WAYS)('%s moves the master; what a replica had received is everywhere (%i)', async (way) => {
      configureHooks(lab, NO_MASTER);
      const load = await startLoad({ servers: lab.servers, clients: 4 });
      const args = [`--conf=${lab.confFile}`];
      const manager =
        way === 'masterha_manager' ? await start(way, args, { env: MHA_ENV, limitMs: 200_000 }) : undefined;
      const log = () => lab.readManagerLog();
      if (manager) await until('the manager', 60_000, () => log().includes('Ping(SELECT) succeeded'), log);
      const report = await load.stop();
      await lab.waitReplicasLevel();
      await cutOff();
      const result = manager
        ? await manager.ended
        : await runCommand('mysql_failover', [lab.server(0).host, ...args], { limitMs: 200_000 });
      const output = result.stdout + result.stderr + log();
      expect(result.code, output).toBe(0);
      for (const n of [1, 2]) expect(await missingOn(lab.server(n), report), output).toEqual([]);
      expect(await openServers(lab, new Set([0])), output).toEqual([1]);
      const { host, port } = lab.server(1);
      expect((await lab.dump())[2]).toMatchObject({ master: `${host}:${port}`, io: 'Yes', sql: 'Yes' });
      await lab.heal();
    });
  });
});
