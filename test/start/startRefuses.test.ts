import { rmSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { FEW } from '../support/byHand.ts';
import { type Command, onlineArguments, runCommand } from '../support/commands.ts';
import { openServers, recover, type Wanted, wantedOf, wrongAtTheEnd } from '../support/state/judge.ts';
import { clusterState, openJournals } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';
import { eventsOf } from '../support/zoo/zoo.ts';
import { SQL } from '../tools/lab/kind.ts';
import type { RunResult } from '../tools/lab/run.ts';

const [A, B, C] = [0, 1, 2];

const lab = useLab({ ssh: false, settings: { kill_after_timeout: 0.5, undo_timeout: 6 }, stock: FEW, eachTest: true });
let wanted: Wanted;

beforeEach(async () => {
  wanted = await wantedOf(lab);
});

const name = (index: number) => `${lab.server(index).host}:${lab.server(index).port}`;
const setOpen = (index: number) => lab.server(index).admin('SET GLOBAL read_only = 0');

function hook(command: string, next = B): Promise<RunResult> {
  return runCommand('master_ip_online_change', onlineArguments(lab, command, lab.server(A), lab.server(next)));
}

async function stop(): Promise<void> {
  const { code, stdout, stderr } = await hook('stop');
  expect(code, stdout + stderr).toBe(0);
}

function loseJournal(): void {
  for (const path of openJournals(lab)) rmSync(path);
}

async function running(index: number): Promise<string[]> {
  return (await eventsOf(lab.server(index))).filter(({ status }) => status === 'ENABLED').map(({ name }) => name);
}

/** Nothing is opened, MHA hears of a failure, and the message names the server that takes writes. */
async function expectRefused(result: RunResult, master: number): Promise<void> {
  const output = result.stdout + result.stderr;
  expect(result.code, output).toBe(1);
  expect(result.stderr).toContain(`${name(master)} takes writes`);
  expect(await openServers(lab), output).toEqual([master]);
}

describe('start, its journal being gone', () => {
  it('opens the new master with exit 10, gives and switches on nothing, and names mha_recover --from', async () => {
    await stop();
    loseJournal();
    const result = await hook('start');
    const output = result.stdout + result.stderr;
    expect(result.code, output).toBe(10);
    expect(result.stderr).toContain(`mha_recover --from=${name(B)}`);
    expect(await openServers(lab), output).toEqual([B]);
    expect(await running(B)).toEqual([]);
  });

  it('gives everybody their rights by mha_recover --from', async () => {
    await stop();
    loseJournal();
    expect((await hook('start')).code).toBe(10);
    await recover(lab, `--from=${name(B)}`);
    await lab.server(B).admin('ALTER EVENT app.nightly ENABLE');
    expect(await wrongAtTheEnd(lab, { ...wanted, master: B })).toEqual([]);
  });

  it('is refused if the original master takes writes by now', async () => {
    await stop();
    loseJournal();
    await setOpen(A);
    await expectRefused(await hook('start'), A);
  });
});

describe('start, its journal being there', () => {
  it('never leaves two writers if the original master was opened by hand', async () => {
    await stop();
    await setOpen(A);
    const result = await hook('start');
    const output = result.stdout + result.stderr;
    expect(result.code, output).not.toBe(0);
    expect((await openServers(lab)).length, output).toBeLessThan(2);
    expect(output).toContain(name(A));
    expect(output).toMatch(/mha_recover/);
  });

  it('is refused for another new master once the first one is open', async () => {
    await stop();
    expect((await hook('start')).code).toBe(0);
    await lab.server(B).adminAll([SQL.stop, SQL.forget]);
    await expectRefused(await hook('start', C), B);
  });

  it('is refused for another new master although the first one still has its channel, as it has until MHA resets it', async () => {
    await stop();
    expect((await hook('start')).code).toBe(0);
    await expectRefused(await hook('start', C), B);
  });

  it('is refused for another new master if the first one, which is open, cannot be asked', async () => {
    await stop();
    expect((await hook('start')).code).toBe(0);
    await lab.server(B).kill9();
    const result = await hook('start', C);
    expect(result.code, result.stdout + result.stderr).toBe(1);
    expect(result.stderr).toContain(`mha_recover --is_down=${name(B)} --master_is=${name(C)}`);
    expect(await openServers(lab)).toEqual([]);
    const last = await recover(lab, `--is_down=${name(B)}`, `--master_is=${name(C)}`);
    expect(last.code, last.stdout + last.stderr).toBe(0);
    expect(await wrongAtTheEnd(lab, { ...wanted, master: C })).toEqual([]);
  });

  it('may be called again for the same new master', async () => {
    await stop();
    expect((await hook('start')).code).toBe(0);
    const again = await hook('start');
    expect(again.code, again.stdout + again.stderr).toBe(0);
    expect(await openServers(lab)).toEqual([B]);
  });
});

describe('stop', () => {
  it('is refused if the original master is read_only already; nothing is touched', async () => {
    await lab.server(A).admin('SET GLOBAL read_only = 1');
    const before = await clusterState(lab);
    const result = await hook('stop');
    expect(result.code, result.stdout + result.stderr).toBe(1);
    expect(result.stderr).toContain(`${name(A)} is read_only already`);
    expect(result.stderr).toContain('SET GLOBAL read_only = 0');
    expect(await clusterState(lab)).toEqual(before);
  });
});

describe('start of a dead master', () => {
  const dead = (more: readonly string[] = []) =>
    runCommand('master_ip_failover' as Command, [
      ...onlineArguments(lab, 'start', lab.server(A), lab.server(B)).filter(
        (arg) => !/orig_master_(user|pass)/.test(arg),
      ),
      ...more,
    ]);

  it('that takes writes names TWO MASTERS, and ends with 10', async () => {
    const result = await dead();
    const output = result.stdout + result.stderr;
    expect(result.code, output).toBe(10);
    expect(result.stderr).toContain(`TWO MASTERS: ${name(A)} takes writes too`);
    expect(result.stderr).toContain('SET GLOBAL read_only = 1');
    expect(await openServers(lab)).toEqual([A, B]);
  });

  it('that is read_only is done, exit 0', async () => {
    await lab.server(A).admin('SET GLOBAL read_only = 1');
    const result = await dead();
    expect(result.code, result.stdout + result.stderr).toBe(0);
    expect(await openServers(lab)).toEqual([B]);
  });
});
