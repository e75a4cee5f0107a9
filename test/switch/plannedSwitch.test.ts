import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../support/commands.ts';
import { ANY_LAG, useLab } from '../support/useLab.ts';
import { secretsIn } from '../support/zoo/secrets.ts';
import { eventsOf, rightsOf, stockZoo } from '../support/zoo/zoo.ts';
import type { Lab } from '../tools/lab/lab.ts';
import { missingOn, startLoad } from '../tools/lab/load/load.ts';
import type { RunResult } from '../tools/lab/run.ts';

const lab = useLab({ settings: ANY_LAG, stock: stockZoo });

describe('a planned switch under load, with mysql_online_failover', () => {
  let result: RunResult;
  let load: Awaited<ReturnType<Awaited<ReturnType<typeof startLoad>>['stop']>>;
  let before: Awaited<ReturnType<typeof rightsOf>>;
  let eventsBefore: Awaited<ReturnType<typeof eventsOf>>;

  beforeAll(async () => {
    before = await rightsOf(lab.server(0));
    eventsBefore = await eventsOf(lab.server(0));
    const running = await startLoad({ servers: lab.servers, clients: 8, idle: 20 });
    result = await runCommand('mysql_online_failover', [
      `--conf=${lab.confFile}`,
      `--new_master_host=${lab.server(1).host}`,
    ]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    load = await running.stop();
    await lab.waitReplicasLevel();
  });

  it('ends with MHA’s exit code 0 and says who is the master', () => {
    expect(result.stdout + result.stderr).toContain(`The master is ${lab.server(1).host}:3306`);
    expect(result.code, result.stdout + result.stderr).toBe(0);
  });

  it('shows at its end what it did, and for how long nobody could write', async () => {
    const [seen] = /^127\S+ -> 127\S+\n {2}planned switch, finished[\s\S]*/m.exec(result.stdout) ?? [''];
    expect(seen).toMatch(/nobody could write for [\d.]+ m?s/);
    expect(seen).toMatch(/(\d+) accounts shut out .*, [\d]+ sessions ended, 2 events moved/);
    for (const step of [
      'checks',
      'accounts shut out',
      'sessions ended',
      'accounts let in again',
      'all servers compared',
    ])
      expect(seen).toMatch(new RegExp(`^  ${step} +[\\d.]+ m?s +[=#]`, 'm'));
    const { tally } = JSON.parse((await runCommand('mha_report', [`--conf=${lab.confFile}`, '--json'])).stdout);
    expect(tally.sessions).toBeGreaterThanOrEqual(20);
  });

  it('has every acknowledged row on the new master', async () => {
    expect(load.acknowledged.length).toBeGreaterThan(100);
    expect(load.perServer[`${lab.server(1).host}:3306`]).toBeGreaterThan(0);
    expect(await missingOn(lab.server(1), load)).toEqual([]);
  });

  it('ended the idle sessions', () => {
    expect(load.idleEnded).toBe(20);
  });

  it.each([0, 1, 2])('leaves every account of server %i as it was', async (index) => {
    expect(Object.keys(before).length).toBeGreaterThan(25);
    expect(await rightsOf(lab.server(index))).toEqual(before);
  });

  it('leaves the old master read-only and replicating from the new one', async () => {
    const [old, next, third] = await lab.dump();
    expect(old).toMatchObject({ readOnly: true, master: next?.address, io: 'Yes', sql: 'Yes' });
    expect(next).toMatchObject({ readOnly: false });
    expect(third).toMatchObject({ readOnly: true, master: next?.address, io: 'Yes', sql: 'Yes' });
  });

  it('wrote no REVOKE to the old master’s binlog', async () => {
    expect(await binlogStatements(lab, 0, 'REVOKE')).toEqual([]);
  });

  it('runs the events that were on at the new master only, otherwise unchanged', async () => {
    const rest = (events: typeof eventsBefore) => events.map(({ name, rest: r }) => [name, r]);
    const on = (events: typeof eventsBefore) => events.filter((e) => e.status === 'ENABLED').map((e) => e.name);
    for (const server of lab.servers) expect(rest(await eventsOf(server))).toEqual(rest(eventsBefore));
    expect(on(await eventsOf(lab.server(1)))).toEqual(on(eventsBefore));
    expect(on(await eventsOf(lab.server(0)))).toEqual([]);
    expect(on(await eventsOf(lab.server(2)))).toEqual([]);
  });

  it('shows no password and no hash, in its output, its log or its journal', async () => {
    expect(await secretsIn(lab, [result.stdout, result.stderr])).toEqual([]);
  });
});

async function binlogStatements(from: Lab, index: number, word: string): Promise<string[]> {
  const server = from.server(index);
  const logs = await server.admin('SHOW BINARY LOGS');
  const events = await Promise.all(logs.map((log) => server.admin('SHOW BINLOG EVENTS IN ?', [log.Log_name])));
  return events
    .flat()
    .map((event) => String(event.Info))
    .filter((info) => info.includes(word));
}
