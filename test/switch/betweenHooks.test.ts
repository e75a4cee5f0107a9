import { readFileSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { FEW } from '../support/byHand.ts';
import { bin } from '../support/commands.ts';
import { holdAfterStop, masterhaAmong } from '../support/process/heldHook.ts';
import { closedPhases, leftRunning, openJournals, processes, start } from '../support/scenes/mha.ts';
import { openServers, recover, type Wanted, wantedOf, wrongAtTheEnd } from '../support/state/judge.ts';
import { openJournals as openJournalPaths } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';
import type { RunResult } from '../tools/lab/run.ts';

const [A, B, C] = [0, 1, 2];

const lab = useLab({
  settings: { connect_timeout: 2, kill_after_timeout: 0.5, undo_timeout: 6 },
  stock: FEW,
  eachTest: true,
});
let wanted: Wanted;

beforeEach(async () => {
  wanted = await wantedOf(lab);
});

const name = (index: number) => `${lab.server(index).host}:${lab.server(index).port}`;
const begin = (env: Record<string, string> = {}) =>
  start(bin('mysql_online_failover'), [`--conf=${lab.confFile}`, `--new_master_host=${lab.server(B).host}`], {
    env,
  });
const openAll = async (indices: readonly number[]) => {
  for (const index of indices) await lab.server(index).admin('SET GLOBAL read_only = 0');
};

/** Runs a planned switch, and does something while MHA stands between `stop` and `start`. */
async function between(deed: () => unknown, env: Record<string, string> = {}): Promise<RunResult> {
  const held = holdAfterStop(lab);
  const switching = await begin(env);
  await held.stopped(switching.output);
  await deed();
  held.letGo();
  return switching.ended;
}

/** `loose`: the replicas that took writes before the switch take them again, or still. */
async function expectUndone(result: RunResult, loose: readonly number[] = []): Promise<void> {
  const output = result.stdout + result.stderr;
  expect(result.code, output).toBeGreaterThan(0);
  expect(await openServers(lab), output).toEqual([A, ...loose]);
  for (const index of loose) if (lab.server(index).running) await lab.server(index).admin('SET GLOBAL read_only = 1');
  expect(openJournals(lab), output).toEqual([]);
  expect(closedPhases(lab).at(-1), output).toBe('undone');
  expect(await wrongAtTheEnd(lab, wanted), output).toEqual([]);
  expect(leftRunning(lab)).toEqual([]);
}

describe('the new master dies right after stop', () => {
  it('and the original master goes on', async () => {
    const result = await between(() => lab.server(B).kill9());
    await expectUndone(result);
    expect(result.stdout).toContain(`The master is ${name(A)}`);
  });

  it('and the original master goes on although MHA is killed too', async () => {
    const result = await between(async () => {
      await lab.server(B).kill9();
      process.kill(masterhaAmong(processes(lab)), 'SIGKILL');
    });
    await expectUndone(result);
  });

  it('and is back, read_only or not, when MHA calls start: one writer', async () => {
    const result = await between(() => lab.server(B).restart());
    const open = await openServers(lab);
    expect(open, result.stdout + result.stderr).toHaveLength(1);
    expect(openJournals(lab), result.stdout + result.stderr).toEqual([]);
    expect(await wrongAtTheEnd(lab, { ...wanted, master: open[0] ?? A })).toEqual([]);
  });
});

it('the wrapper cannot be the guardian, and MHA is killed: neither waits for the other', async () => {
  const killed = { at: 0 };
  const result = await between(
    () => {
      killed.at = performance.now();
      process.kill(masterhaAmong(processes(lab)), 'SIGKILL');
    },
    { TMPDIR: '/nonexistent' },
  );
  expect(performance.now() - killed.at).toBeLessThan(12_000);
  await expectUndone(result);
});

describe('a replica dies between stop and start, and MHA is killed', () => {
  const dies = async () => {
    await lab.server(C).kill9();
    process.kill(masterhaAmong(processes(lab)), 'SIGKILL');
  };

  it('at once: nobody had time to open it, and the original master goes on', async () => {
    await expectUndone(await between(dies));
  });

  it('an hour after stop: it may have been opened by hand, and the original master stays closed', async () => {
    const result = await between(async () => {
      anHourPasses();
      await dies();
    });
    const output = (result.stdout + result.stderr).replace(/\s+/g, ' ');
    expect(result.code, output).toBeGreaterThan(0);
    expect(await openServers(lab), output).toEqual([]);
    expect(output).toContain(`${name(C)} cannot be asked, and may be taking writes`);
    expect(output).toContain(`mha_recover --is_down=${name(C)}`);
    const last = await recover(lab, `--is_down=${name(C)}`);
    expect(last.code, last.stdout + last.stderr).toBe(0);
    expect(await wrongAtTheEnd(lab, wanted)).toEqual([]);
  });

  /** The journal is as if `stop` had been an hour ago. */
  function anHourPasses(): void {
    const [path = ''] = openJournalPaths(lab);
    const data = JSON.parse(readFileSync(path, 'utf8'));
    const earlier = (at: string) => new Date(Date.parse(at) - 3_600_000).toISOString();
    const steps = data.steps.map((step: { at: string }) => ({ ...step, at: earlier(step.at) }));
    writeFileSync(path, JSON.stringify({ ...data, steps }));
  }
});

describe.each([[[C]], [[B, C]]])('replicas %j take writes, as MHA’s default leaves them', (loose) => {
  it('MHA is killed between stop and start: the wrapper undoes', async () => {
    await openAll(loose);
    const result = await between(() => process.kill(masterhaAmong(processes(lab)), 'SIGKILL'));
    await expectUndone(result, loose);
    expect(result.stdout).toContain(`The master is ${name(A)}`);
  });

  it('the switch goes through, and nothing stays open', async () => {
    await openAll(loose);
    const result = await (await begin()).ended;
    const output = result.stdout + result.stderr;
    expect(openJournals(lab), output).toEqual([]);
    expect(closedPhases(lab).at(-1), output).toBe('finished');
    expect(output).toContain(`The master is ${name(B)}`);
    await lab.server(C).admin('SET GLOBAL read_only = 1');
    expect(await wrongAtTheEnd(lab, { ...wanted, master: B }), output).toEqual([]);
    expect(result.code, output).toBe(0);
  });
});
