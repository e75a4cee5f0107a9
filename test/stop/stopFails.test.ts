import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UNDO_STEPS } from '../../src/procedures/stop/steps.ts';
import { onlineArguments, runCommand } from '../support/commands.ts';
import type { Fate, Rule, Statement } from '../support/proxy/proxy.ts';
import { clusterState, helperSettings, openJournals, statementsOfMha } from '../support/state/state.ts';
import { useLab, useProxies } from '../support/useLab.ts';
import { secretsIn } from '../support/zoo/secrets.ts';
import { stockZoo } from '../support/zoo/zoo.ts';
import { accounts } from '../tools/lab/accounts.ts';
import type { Lab } from '../tools/lab/lab.ts';
import type { RunResult } from '../tools/lab/run.ts';
import { until } from '../tools/lab/wait.ts';

/** Where each step can be made to fail: on which server, by which of its statements. */
interface Spot {
  readonly on: 0 | 1;
  readonly sql: RegExp;
  readonly title: string;
  /** An earlier step sends the same: it is meant only after this one. */
  readonly after?: RegExp;
  /** So many of them are an earlier step's. */
  readonly skip?: number;
  /** The step tries such a statement again, so an error has to be answered each time. */
  readonly triesAgain?: true;
}

const SPOTS: Readonly<Record<string, Spot>> = {
  'replica goes on': { on: 1, sql: /^SHOW (ALL SLAVES|REPLICA) STATUS/, title: 'replication noted' },
  'close new master': { on: 1, sql: /SET GLOBAL read_only = 1/, title: 'read_only on' },
  'read original master': { on: 0, sql: /^SELECT @@SESSION.sql_log_bin/, title: 'accounts read' },
  'let transactions finish': { on: 0, sql: /SHOW ENGINE INNODB STATUS/, title: 'running transactions may finish' },
  'events off': { on: 0, sql: /DISABLE ON (SLAVE|REPLICA)/, title: 'scheduled events off', triesAgain: true },
  'catch up': { on: 0, sql: /^SHOW (MASTER|BINARY LOG) STATUS/, title: 'catches up' },
  'pause original replication': {
    on: 0,
    sql: /^SHOW (ALL SLAVES|REPLICA) STATUS/,
    title: 'its own replication paused',
  },
  locks: {
    ...{ on: 0, sql: /^SHOW OPEN TABLES|performance_schema.metadata_locks/, title: 'locks that would hold it up' },
  },
  'end long work': {
    ...{ on: 0, sql: /SHOW ENGINE INNODB STATUS/, after: /^SHOW OPEN TABLES|performance_schema.metadata_locks/ },
    title: 'overlong work ended',
  },
  'quiet moment': {
    ...{
      on: 0,
      sql: /SHOW ENGINE INNODB STATUS/,
      after: /^SHOW OPEN TABLES|performance_schema.metadata_locks/,
      skip: 1,
    },
    title: 'a moment without long transactions',
  },
  revoke: { on: 0, sql: /^REVOKE /, title: 'privileges revoked', triesAgain: true },
  drain: { on: 0, sql: /^KILL CONNECTION/, title: 'sessions ended', triesAgain: true },
  'close original master': { on: 0, sql: /SET GLOBAL read_only = 1/, title: 'read_only on' },
  'look at new master': { on: 1, sql: /^SELECT @@GLOBAL.read_only AS readOnly/, title: 'checked again' },
};
const STEPS = Object.keys(SPOTS);
const spotOf = (step: string) => SPOTS[step] as Spot;

const lab = useLab({ ssh: false, stock: stockZoo });
const proxied = useProxies(lab);
let before: Awaited<ReturnType<typeof clusterState>>;
let idle: Awaited<ReturnType<Lab['servers'][0]['connect']>>;

beforeAll(async () => {
  // So that closing the new master is a change, and undoing it must put back what was there.
  await lab.server(1).admin('SET GLOBAL read_only = 0');
  before = await clusterState(lab);
});

beforeEach(async () => {
  helperSettings(lab, { kill_after_timeout: 1, statement_timeout: 3 });
  idle = await lab.server(0).connect(accounts.app.user, accounts.app.password);
  idle.on('error', () => {});
});

afterEach(() => idle.destroy());

function stop(onStart?: (pid: number) => void): Promise<RunResult> {
  const args = onlineArguments(lab, 'stop', proxied.proxy(0), proxied.proxy(1));
  return runCommand('master_ip_online_change', args, onStart ? { onStart } : {});
}

/** A rule for the step's statement; the checks before `stop` send some of the same, but have no journal yet. */
function spoil(step: string, fate: Fate, more: Partial<Rule> = {}) {
  const { on, sql, after, skip = 0 } = spotOf(step);
  const isTime = () => openJournals(lab).length > 0 && (!after || proxied.statements.some((s) => after.test(s.sql)));
  let seen = 0;
  const match = (s: Statement) => sql.test(s.sql) && isTime() && seen++ >= skip;
  return proxied.proxy(on).inject({ when: 'before', match, fate, ...more });
}

/** Exit 1; a message that names the step and its server; every server as before; nothing of ours runs on. */
async function expectAllAsBefore(step: string, result: RunResult): Promise<void> {
  const output = result.stdout + result.stderr;
  const { on, title } = spotOf(step);
  const { host, port } = proxied.proxy(on);
  expect(result.code, output).toBe(1);
  expect(result.stderr).toMatch(new RegExp(`${host}:${port}: .*${title}`));
  expect(result.stderr).toContain('Everything that had been changed was put back and read back');
  expect(result.stderr).toContain(`The master is still ${proxied.proxy(0).host}`);
  expect(output).not.toMatch(/^\s+at .*:\d+/m);
  expect(await clusterState(lab)).toEqual(before);
  expect(await secretsIn(lab, [output])).toEqual([]);
  for (const server of lab.servers) expect(await statementsOfMha(lab, server)).toEqual([]);
}

it('knows a way to make each step fail', () => {
  expect(STEPS).toEqual(UNDO_STEPS.map((step) => step.name));
});

describe.each(STEPS)('if the step "%s" fails, stop puts everything back', (step) => {
  it('by an error of the server', async () => {
    const times = spotOf(step).triesAgain ? Number.POSITIVE_INFINITY : 1;
    const injection = spoil(step, { error: 'made to fail' }, { times });
    const result = await stop();
    expect(injection.met.length, result.stdout).toBeGreaterThan(0);
    await expectAllAsBefore(step, result);
  });

  it.each(['before', 'after'] as const)('by a connection that ends %s the statement is carried out', async (when) => {
    const injection = spoil(step, 'drop', { when });
    const result = await stop();
    expect(injection.met).toHaveLength(1);
    await expectAllAsBefore(step, result);
  });

  it('by a connection that only this side has lost', async () => {
    const injection = spoil(step, 'lose');
    const result = await stop();
    expect(injection.met).toHaveLength(1);
    await expectAllAsBefore(step, result);
  });

  it('by no answer', async () => {
    helperSettings(lab, { kill_after_timeout: 1, statement_timeout: 1 });
    const injection = spoil(step, 'hold');
    const result = await stop();
    expect(injection.met).toHaveLength(1);
    await expectAllAsBefore(step, result);
  });
});

describe.each([
  ['SIGTERM', STEPS],
  ['SIGINT', ['close new master', 'revoke']],
  ['SIGHUP', ['events off', 'close original master']],
] as const)('after %s, stop puts everything back', (signal, steps) => {
  it.each(steps)('in the step "%s"', async (step) => {
    let pid = 0;
    const injection = spoil(step, 'hold');
    const running = stop((started) => {
      pid = started;
    });
    await injection.hit();
    process.kill(pid, signal);
    const result = await running;
    expect(result.stderr).toContain(`interrupted by ${signal}`);
    await expectAllAsBefore(step, result);
  });

  it('while transactions may finish', async () => {
    helperSettings(lab, { kill_after_timeout: 50 });
    await idle.query('BEGIN');
    await idle.query('INSERT INTO app.orders VALUES (1, 1, NULL)');
    let pid = 0;
    const running = stop((started) => {
      pid = started;
    });
    const waiting = () => proxied.statements.filter(({ sql }) => sql.includes('INNODB STATUS')).length > 3;
    await until('the wait for the transaction', 30_000, waiting);
    process.kill(pid, signal);
    const result = await running;
    expect(result.stderr).toContain(`interrupted by ${signal}`);
    await expectAllAsBefore('let transactions finish', result);
    await idle.query('ROLLBACK');
  });
});
