import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from 'mysql2/promise';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bin, configureHooks } from '../support/commands.ts';
import {
  closedPhases,
  expectNothingLost,
  leftRunning,
  openJournals,
  processes,
  start,
  stateOf,
  underLoad,
} from '../support/scenes/mha.ts';
import { ANY_LAG, useLab } from '../support/useLab.ts';
import { secretsIn } from '../support/zoo/secrets.ts';
import { stockZoo } from '../support/zoo/zoo.ts';
import { accounts } from '../tools/lab/accounts.ts';
import type { LoadReport } from '../tools/lab/load/load.ts';
import type { RunResult } from '../tools/lab/run.ts';

const lab = useLab({ settings: ANY_LAG, stock: stockZoo });
let before: Awaited<ReturnType<typeof stateOf>>;
const held: Connection[] = [];

beforeAll(async () => {
  before = await stateOf(lab);
});

afterEach(() => release());

describe('MHA fails between stop and start, under load: the original master is open again', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s, while MHA waits for a replica that stands still',
    async (name) => {
      await holdReplicationOf(1);
      const { result, load } = await underLoad(lab, async () => {
        const switching = await startSwitch();
        await switching.printed('Waiting to execute all relay logs');
        process.kill(switching.pid, name);
        const ended = await switching.ended;
        await release();
        return ended;
      });
      expect(result.stdout).toContain(`${name}: ending MHA`);
      await expectAsBefore(result, load);
    },
  );

  it('kill -9 of masterha_master_switch', async () => {
    await holdReplicationOf(1);
    const { result, load } = await underLoad(lab, async () => {
      const switching = await startSwitch();
      await switching.printed('Waiting to execute all relay logs');
      process.kill(Number.parseInt(masterha(), 10), 'SIGKILL');
      const ended = await switching.ended;
      await release();
      return ended;
    });
    await expectAsBefore(result, load);
  });

  it('a start that is never ours: the script in MHA’s file fails', async () => {
    const hook = join(lab.folder, 'broken-hook');
    const ours = `exec ${bin('master_ip_online_change')} --conf=${lab.confFile} "$@"`;
    writeFileSync(hook, `#!/bin/sh\ncase "$1" in --command=start) exit 1 ;; esac\n${ours}\n`, { mode: 0o755 });
    lab.configure({ master_ip_online_change_script: hook });
    const { result, load } = await underLoad(lab, async () => (await startSwitch()).ended);
    configureHooks(lab);
    await expectAsBefore(result, load);
  });

  it('Ctrl-C during stop, while a transaction is given time', async () => {
    const { user, password } = accounts.app;
    const busy = await lab.server(0).connect(user, password, { database: 'app' });
    busy.on('error', () => {});
    held.push(busy);
    await busy.query('BEGIN');
    await busy.query('INSERT INTO app.orders VALUES (1, 1, NULL)');
    const { result, load } = await underLoad(lab, async () => {
      const switching = await startSwitch();
      await switching.printed('read_only on: done');
      process.kill(switching.pid, 'SIGINT');
      return switching.ended;
    });
    await busy.query('ROLLBACK');
    await expectAsBefore(result, load);
  });
});

function startSwitch() {
  return start(bin('mysql_online_failover'), [`--conf=${lab.confFile}`, `--new_master_host=${lab.server(1).host}`]);
}

/** The server's replication goes no further, although both its threads run. */
async function holdReplicationOf(index: number): Promise<void> {
  const { user, password } = lab.mha;
  const session = await lab.server(index).connect(user, password);
  session.on('error', () => {});
  held.push(session);
  await session.query('FLUSH TABLES WITH READ LOCK');
}

async function release(): Promise<void> {
  for (const session of held.splice(0)) await session.end().catch(() => session.destroy());
}

function masterha(): string {
  const found = processes(lab).find((each) => /^\d+ \S*perl \S*masterha_master_switch/.test(each));
  if (!found) throw new Error(`masterha_master_switch does not run:\n${processes(lab).join('\n')}`);
  return found;
}

async function expectAsBefore(result: RunResult, load: LoadReport): Promise<void> {
  const output = result.stdout + result.stderr;
  expect(result.code, output).toBeGreaterThan(0);
  expect(output).toContain(`The master is ${lab.server(0).host}:3306`);
  expect(Object.keys(load.perServer)).toEqual([`${lab.server(0).host}:3306`]);
  await expectNothingLost(lab, load);
  expect(await stateOf(lab)).toEqual(before);
  expect(openJournals(lab)).toEqual([]);
  expect(closedPhases(lab).at(-1)).toBe('undone');
  expect(leftRunning(lab)).toEqual([]);
  expect(await secretsIn(lab, [output])).toEqual([]);
}
