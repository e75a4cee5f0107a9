import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from 'mysql2/promise';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FEW } from '../support/byHand.ts';
import { bin } from '../support/commands.ts';
import { noGuardian, plainSwitch } from '../support/process/guardians.ts';
import { holdAfterStop, masterhaAmong } from '../support/process/heldHook.ts';
import { leftRunning, openJournals, processes, start } from '../support/scenes/mha.ts';
import { openServers, recover, type Wanted, wantedOf, wrongAtTheEnd } from '../support/state/judge.ts';
import { startWriters, type Writers } from '../support/state/writers.ts';
import { useLab } from '../support/useLab.ts';
import { SQL } from '../tools/lab/kind.ts';
import { until } from '../tools/lab/wait.ts';

const [A, B] = [0, 1];
const TELLER = { user: 'teller', password: 'zpw-teller' };
const MAX_OUTAGE = 3;

const lab = useLab({
  settings: {
    kill_after_timeout: 0.5,
    max_outage: MAX_OUTAGE,
    undo_timeout: 8,
    connect_timeout: 2,
    statement_timeout: 3,
  },
  stock: FEW,
  eachTest: true,
});
let wanted: Wanted;
let writers: Writers;
let lock: Connection | undefined;

beforeEach(async () => {
  wanted = await wantedOf(lab);
  writers = startWriters([lab.server(A), lab.server(B)], TELLER);
  await until('the first rows', 20_000, () => writers.count(A) > 20);
});

afterEach(async () => {
  await writers.stop();
  await lock?.end().catch(() => {});
  lock = undefined;
});

const delayBy = (seconds: number) =>
  lab.server(B).adminAll([SQL.stop, `CHANGE MASTER TO MASTER_DELAY = ${seconds}`, SQL.start]);

const pidOf = (index: number) => lab.server(index).pid as number;

/** root may write in spite of read_only: MHA waits until the new master has executed this too. */
const writeMore = (sql: string) => lab.server(A).adminAll(["SET SESSION binlog_format = 'STATEMENT'", sql]);

/** What keeps the new master from catching up, from the end of `stop` on, and how it ends. */
const REASONS = {
  'stopped with SIGSTOP': {
    begin: async () => process.kill(pidOf(B), 'SIGSTOP'),
    end: async () => process.kill(pidOf(B), 'SIGCONT'),
    says: 'does not answer',
  },
  'FLUSH TABLES WITH READ LOCK': {
    begin: async () => {
      lock = await lab.server(B).connect(lab.mha.user, lab.mha.password);
      await lock.query('FLUSH TABLES WITH READ LOCK');
      await writeMore('INSERT INTO app.orders VALUES (1, 1, NULL)');
    },
    end: async () => lock?.query('UNLOCK TABLES'),
    says: 'has not executed everything',
  },
  'a delayed SQL thread': {
    begin: async () => {
      await delayBy(60);
      await writeMore('INSERT INTO app.orders VALUES (1, 1, NULL)');
    },
    end: () => delayBy(0),
    says: 'delayed by 60 s',
  },
  'a big transaction': {
    begin: () => writeMore('INSERT INTO app.orders VALUES (1, IF(@@GLOBAL.server_id = 1, 0, SLEEP(9)), NULL)'),
    end: async () => {},
    says: 'has not executed everything',
  },
} as const;
type Reason = keyof typeof REASONS;

async function expectEnded(reason: Reason, by: 'MHA alone' | 'mysql_online_failover'): Promise<void> {
  const { begin, end, says } = REASONS[reason];
  const held = holdAfterStop(lab);
  const wrapper = [`--conf=${lab.confFile}`, `--new_master_host=${lab.server(B).host}`];
  const run = by === 'MHA alone' ? await plainSwitch(lab) : await start(bin('mysql_online_failover'), wrapper);
  await held.stopped(run.output);
  const mha = masterhaAmong(processes(lab));
  await begin();
  held.letGo();
  const count = writers.count(A);
  try {
    await until('rows on the original master again', 30_000, () => writers.count(A) > count + 20, run.output);
    expect(existsSync(`/proc/${mha}`)).toBe(false);
  } finally {
    await end();
  }
  const { code, stdout, stderr } = await run.ended;
  await noGuardian(lab);
  const said = (by === 'MHA alone' ? guardianLog() : stdout + stderr).replace(/\s+/g, ' ');
  if (by === 'MHA alone') expect(code).not.toBe(0);
  else expect(code, said).toBe(1);
  expect(said).toContain(`max_outage (${MAX_OUTAGE} s) is over: the new master`);
  expect(said).toContain(says);
  const report = await writers.stop();
  expect(report.wrong).toEqual([]);
  expect(report.longestGapMs).toBeLessThan((MAX_OUTAGE + 2) * 1000);
  await expectAsBefore();
}

/** What could not be put back on a server that hung is put back by mha_recover. */
async function expectAsBefore(): Promise<void> {
  if (openJournals(lab).length > 0) {
    const { code, stdout, stderr } = await recover(lab);
    expect(code, stdout + stderr).toBe(0);
  }
  expect(await openServers(lab)).toEqual([A]);
  expect(await wrongAtTheEnd(lab, wanted)).toEqual([]);
  expect([openJournals(lab), leftRunning(lab)]).toEqual([[], []]);
  const history = join(lab.workDir, 'mha-helper', 'history');
  const [record = ''] = readdirSync(history).sort().slice(-1);
  expect(readFileSync(join(history, record), 'utf8')).toContain(`max_outage (${MAX_OUTAGE} s) is over`);
}

function guardianLog(): string {
  return readFileSync(join(lab.workDir, 'mha-helper', 'guardian.log'), 'utf8');
}

describe('the new master does not catch up after stop', () => {
  it.each(Object.keys(REASONS) as Reason[])('%s: MHA alone', (reason) => expectEnded(reason, 'MHA alone'));

  it.each(['stopped with SIGSTOP', 'a delayed SQL thread'] as const)('%s: mysql_online_failover', (reason) =>
    expectEnded(reason, 'mysql_online_failover'),
  );
});
