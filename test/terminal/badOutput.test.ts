import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Command, onlineArguments, runCommand } from '../support/commands.ts';
import { BAD_OUTPUTS, failingAt, withOutput } from '../support/process/badOutputs.ts';
import { clusterState, openJournals } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';
import { stockZoo } from '../support/zoo/zoo.ts';
import { canUseNamespaces } from '../tools/lab/hosts/namespaces.ts';
import type { RunOptions, RunResult } from '../tools/lab/run.ts';

const lab = useLab({ ssh: false, settings: { kill_after_timeout: 0.2 }, stock: stockZoo });
let before: Awaited<ReturnType<typeof clusterState>>;

beforeAll(async () => {
  before = await clusterState(lab);
});

afterEach(async () => {
  // So that one failure does not spoil the next test.
  if (openJournals(lab).length > 0) await runCommand('mha_recover', [`--conf=${lab.confFile}`]);
});

type Runs = (command: Command, args: readonly string[], options?: RunOptions) => Promise<RunResult>;

const hook = (runs: Runs, name: string) =>
  runs('master_ip_online_change', onlineArguments(lab, name, lab.server(0), lab.server(1)));
const closed = async () => (await lab.dump()).map((s) => s.readOnly);
const recover = (runs: Runs) => runs('mha_recover', [`--conf=${lab.confFile}`]);

/** `stop`, then `mha_recover`, which puts it back: the servers are as they were. */
async function stopAndBack(runs: Runs): Promise<void> {
  expect((await hook(runs, 'stop')).code).toBe(0);
  expect(await closed()).toEqual([true, true, true]);
  expect(openJournals(lab)).toHaveLength(1);
  expect((await recover(runs)).code).toBe(0);
  expect(openJournals(lab)).toEqual([]);
  const now = await clusterState(lab);
  expect(now.servers.map((s) => ({ ...s, executed: '' }))).toEqual(before.servers.map((s) => ({ ...s, executed: '' })));
}

/** `stop`, `start`, and the way back by hand. */
async function stopAndStart(runs: Runs): Promise<void> {
  expect((await hook(runCommand, 'stop')).code).toBe(0);
  const started = await hook(runs, 'start');
  expect(started.code, started.stdout + started.stderr).toBe(0);
  expect(await closed()).toEqual([true, false, true]);
  await lab.reset();
  await stockZoo(lab.server(0));
  await lab.waitReplicasLevel();
  before = await clusterState(lab);
}

const possible = (Object.keys(BAD_OUTPUTS) as (keyof typeof BAD_OUTPUTS)[]).filter(
  (output) => canUseNamespaces() || !BAD_OUTPUTS[output].includes('unshare'),
);

describe.each(possible)('output %s', (output) => {
  const runs: Runs = (command, args, options) => withOutput(output, command, args, options);

  it('stop closes the original master, mha_recover puts it back', () => stopAndBack(runs));

  it('start opens the new master', () => stopAndStart(runs));

  it('mha_check and mysql_replica_status end with the code that says what is so', async () => {
    const conf = `--conf=${lab.confFile}`;
    for (const command of ['mha_check', 'mysql_replica_status'] as const)
      expect((await runs(command, [conf])).code, command).toBe((await runCommand(command, [conf])).code);
  });
});

describe('output that fails from the nth line on', () => {
  it.each(Array.from({ length: 16 }, (_, n) => n))('%i: stop and mha_recover', (line) =>
    stopAndBack((...call) => failingAt(line, ...call)),
  );

  it.each(Array.from({ length: 8 }, (_, n) => n))('%i: start', (line) =>
    stopAndStart((...call) => failingAt(line, ...call)),
  );

  it.each([0, 1, 3, 9, 20])('%i: mha_check', async (line) => {
    const conf = [`--conf=${lab.confFile}`];
    const whole = await runCommand('mha_check', conf);
    expect((await failingAt(line, 'mha_check', conf)).code).toBe(whole.code);
  });
});
