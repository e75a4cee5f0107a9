import { beforeEach, describe, expect, it } from 'vitest';
import { FEW } from '../support/byHand.ts';
import { bin } from '../support/commands.ts';
import { ANCESTORS, scriptCalling } from '../support/process/ancestors.ts';
import { holdAfterStop, masterhaAmong } from '../support/process/heldHook.ts';
import { closedPhases, leftRunning, openJournals, processes, start } from '../support/scenes/mha.ts';
import { type Wanted, wantedOf, wrongAtTheEnd } from '../support/state/judge.ts';
import { useLab } from '../support/useLab.ts';
import type { RunResult } from '../tools/lab/run.ts';

const lab = useLab({ settings: { kill_after_timeout: 0.5, undo_timeout: 5 }, stock: FEW, eachTest: true });
let before: Wanted;

beforeEach(async () => {
  before = await wantedOf(lab);
});

/** What is run, by name: the command with something in front of it, or a script that calls it. */
const WAYS: readonly (readonly [string, () => string[]])[] = [
  ['nothing', () => [bin('mysql_online_failover')]],
  ...Object.entries(ANCESTORS).map(([name, words]) => [name, () => [...words, bin('mysql_online_failover')]] as const),
  ['a script mysql_failover', () => [scriptCalling(lab.folder, 'mysql_failover', bin('mysql_online_failover'))]],
  [
    'a script mysql_online_failover',
    () => [scriptCalling(lab.folder, 'mysql_online_failover', bin('mysql_online_failover'))],
  ],
];

function begin(words: readonly string[]) {
  const [program = '', ...args] = words;
  return start(program, [...args, `--conf=${lab.confFile}`, `--new_master_host=${lab.server(1).host}`]);
}

async function expectSettled(result: RunResult, master: number, phase: string): Promise<void> {
  const output = result.stdout + result.stderr;
  const { host, port } = lab.server(master);
  expect(openJournals(lab), output).toEqual([]);
  expect(closedPhases(lab).at(-1), output).toBe(phase);
  expect(await wrongAtTheEnd(lab, { ...before, master, name: `${host}:${port}` }), output).toEqual([]);
  expect(output).toContain(`The master is ${host}:${port}`);
  expect(leftRunning(lab)).toEqual([]);
}

describe.each(WAYS)('mysql_online_failover under %s', (_, words) => {
  it('moves the master, and closes the switch', async () => {
    const result = await (await begin(words())).ended;
    await expectSettled(result, 1, 'finished');
    expect(result.code, result.stdout + result.stderr).toBe(0);
  });

  it('undoes stop if MHA is killed before start', async () => {
    const held = holdAfterStop(lab);
    const switching = await begin(words());
    await held.stopped(switching.output);
    process.kill(masterhaAmong(processes(lab)), 'SIGKILL');
    held.letGo();
    const result = await switching.ended;
    await expectSettled(result, 0, 'undone');
    expect(result.code, result.stdout + result.stderr).toBeGreaterThan(0);
  });
});
