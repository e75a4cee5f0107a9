import { expect, it } from 'vitest';
import { runCommand } from '../support/commands.ts';
import { expectNothingLost, openJournals } from '../support/scenes/mha.ts';
import { ANY_LAG, useLab } from '../support/useLab.ts';
import { eventsOf, rightsOf, stockZoo } from '../support/zoo/zoo.ts';
import { startLoad } from '../tools/lab/load/load.ts';
import { until } from '../tools/lab/wait.ts';

/** An even number: it ends where it began. */
const SWITCHES = Number(process.env.MHA_HELPER_SWITCHES ?? 20);

const lab = useLab({ settings: ANY_LAG, stock: stockZoo });

it(`loses no acknowledged row and no right in ${SWITCHES} switches to and fro while clients write`, async () => {
  const rights = await rightsOf(lab.server(0));
  const events = await eventsOf(lab.server(0));
  const running = await startLoad({ servers: lab.servers, clients: 4, idle: 5 });
  for (let n = 1; n <= SWITCHES; n += 1) {
    const to = lab.server(n % 2);
    const args = [`--conf=${lab.confFile}`, `--new_master_host=${to.host}`];
    const { code, stdout, stderr } = await runCommand('mysql_online_failover', args, { limitMs: 60_000 });
    expect(code, `switch ${n} to ${to.host}\n${stdout}${stderr}`).toBe(0);
    const before = running.count;
    await until(`clients writing after switch ${n}`, 30_000, () => running.count > before + 50);
  }
  const load = await running.stop();
  await lab.waitReplicasLevel();
  expect(load.perServer[`${lab.server(0).host}:3306`]).toBeGreaterThan(0);
  expect(load.perServer[`${lab.server(1).host}:3306`]).toBeGreaterThan(0);
  await expectNothingLost(lab, load);
  for (const server of lab.servers) expect(await rightsOf(server)).toEqual(rights);
  expect(await eventsOf(lab.server(0))).toEqual(events);
  expect(openJournals(lab)).toEqual([]);
  const [first, second, third] = await lab.dump();
  expect(first).toMatchObject({ readOnly: false });
  for (const replica of [second, third]) {
    expect(replica).toMatchObject({ readOnly: true, master: first?.address, io: 'Yes', sql: 'Yes' });
  }
}, 400_000);
