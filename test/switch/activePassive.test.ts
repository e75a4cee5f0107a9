import { expect, it } from 'vitest';
import { runCommand } from '../support/commands.ts';
import { expectNothingLost, underLoad } from '../support/scenes/mha.ts';
import { ANY_LAG, useLab } from '../support/useLab.ts';
import { isMysql } from '../tools/lab/kind.ts';
import { startLoad } from '../tools/lab/load/load.ts';
import { runMha } from '../tools/lab/mha.ts';
import { changeTo } from '../tools/lab/replication.ts';
import type { LabServer } from '../tools/lab/server.ts';
import { until } from '../tools/lab/wait.ts';

const lab = useLab({ settings: { ...ANY_LAG, kill_after_timeout: 1 }, eachTest: true });

/** The active one replicates from the passive one as well; `gtid` as MariaDB's MASTER_USE_GTID. */
async function pair(active: LabServer, passive: LabServer, gtid = 'no'): Promise<void> {
  const change = await changeTo(passive, lab.repl);
  await active.adminAll([change]);
  if (gtid !== 'no') await active.admin(`CHANGE MASTER TO MASTER_USE_GTID = ${gtid}`);
  await active.admin('START SLAVE');
  const runs = async () => {
    const [row] = await active.admin('SHOW SLAVE STATUS');
    return row?.Slave_IO_Running === 'Yes' && row?.Slave_SQL_Running === 'Yes';
  };
  await until('the active master replicating from the passive one', 30_000, runs);
}

async function rowsOf(server: LabServer): Promise<unknown> {
  return server.admin('CHECKSUM TABLE app.load_rows');
}

async function expectAlike(): Promise<void> {
  await lab.waitReplicasLevel();
  const all = await Promise.all(lab.servers.map(async (s) => JSON.stringify(await rowsOf(s))));
  expect(new Set(all).size, all.join('\n')).toBe(1);
  for (const server of await lab.dump()) expect(server.error, server.id).toBeUndefined();
}

// The two kinds of GTID that a channel of MariaDB may use, and none.
it.skipIf(isMysql).each(['no', 'slave_pos', 'current_pos'])(
  'an active/passive pair under load goes to and fro, GTID %s, and all rows are alike everywhere',
  async (gtid) => {
    for (let n = 1; n <= 3; n += 1) {
      const [from, to] = [lab.server((n + 1) % 2), lab.server(n % 2)];
      await pair(from, to, gtid);
      const { result, load } = await underLoad(lab, () =>
        runCommand('mysql_online_failover', [`--conf=${lab.confFile}`, `--new_master_host=${to.host}`]),
      );
      const output = `switch ${n} to ${to.host}\n${result.stdout}${result.stderr}`;
      const broken = (await lab.dump()).flatMap(({ error }) => error ?? []);
      expect({ code: result.code, broken }, output).toEqual({ code: 0, broken: [] });
      await expectAlike();
      await expectNothingLost(lab, load);
    }
  },
  200_000,
);

it.skipIf(isMysql)(
  'without --orig_master_is_new_slave the former master stays a stopped replica, and that is said',
  async () => {
    await pair(lab.server(0), lab.server(1));
    const { host } = lab.server(1);
    const args = ['--master_state=alive', `--conf=${lab.confFile}`, `--new_master_host=${host}`, '--interactive=0'];
    const load = await startLoad({ servers: lab.servers, clients: 8 });
    try {
      const { code, stdout, stderr } = await runMha('masterha_master_switch', args);
      const before = load.count;
      await until('clients writing again', 30_000, () => load.count > before + 300);
      const output = stdout + stderr + lab.readManagerLog();
      expect(code, output).toBe(0);
      expect(output).toMatch(/no longer applies.*START SLAVE SQL_THREAD/);
      const [former] = await lab.dump();
      expect(former).toMatchObject({ sql: 'No', error: undefined, readOnly: true });
    } finally {
      await load.stop();
    }
    await lab.server(0).admin('START SLAVE SQL_THREAD');
    await expectAlike();
  },
);
