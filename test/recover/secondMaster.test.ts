import { rmSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { FEW } from '../support/byHand.ts';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { openServers, recover, type Wanted, wantedOf, wrongAtTheEnd } from '../support/state/judge.ts';
import { openJournals } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';
import { SQL } from '../tools/lab/kind.ts';
import { changeTo } from '../tools/lab/replication.ts';
import type { RunResult } from '../tools/lab/run.ts';

const [A, B, C] = [0, 1, 2];

const lab = useLab({
  ssh: false,
  settings: { connect_timeout: 1, kill_after_timeout: 0.5, undo_timeout: 6 },
  stock: FEW,
  eachTest: true,
});
let wanted: Wanted;

beforeEach(async () => {
  wanted = await wantedOf(lab);
});

const name = (index: number) => `${lab.server(index).host}:${lab.server(index).port}`;
const setOpen = (index: number) => lab.server(index).admin('SET GLOBAL read_only = 0');
const setClosed = (index: number) => lab.server(index).admin('SET GLOBAL read_only = 1');

function hook(command: string, next = B): Promise<RunResult> {
  return runCommand('master_ip_online_change', onlineArguments(lab, command, lab.server(A), lab.server(next)));
}

/** `start` of MHA's failover, to which MHA gives no account of the dead master. */
function startForDead(next: number): Promise<RunResult> {
  const args = onlineArguments(lab, 'start', lab.server(A), lab.server(next));
  return runCommand(
    'master_ip_failover',
    args.filter((arg) => !/orig_master_(user|pass)/.test(arg)),
  );
}

async function done(command: string): Promise<void> {
  const { code, stdout, stderr } = await hook(command);
  expect(code, stdout + stderr).toBe(0);
}

/** As on a pair of masters: the original one replicates from the new one as well. */
async function makePair(): Promise<void> {
  await lab.server(A).adminAll([await changeTo(lab.server(B), lab.repl), SQL.start]);
}

async function expectRefused(result: RunResult, words: string, open: readonly number[]): Promise<void> {
  const output = result.stdout + result.stderr;
  expect(result.code, output).toBe(1);
  expect(result.stderr).toContain(words);
  expect(await openServers(lab), output).toEqual(open);
}

describe('start on a pair of masters', () => {
  it('closes the new master again if the original one was opened by hand', async () => {
    await makePair();
    await done('stop');
    await setOpen(A);
    await expectRefused(await hook('start'), `${name(A)} takes writes: ${name(B)}, just opened, was closed again`, [A]);
  });

  it('is refused, its journal being gone, if the original master was opened by hand', async () => {
    await makePair();
    await done('stop');
    for (const path of openJournals(lab)) rmSync(path);
    await setOpen(A);
    await expectRefused(await hook('start'), `${name(A)} takes writes: ${name(B)} is not opened beside it`, [A]);
  });

  it('for a dead master that takes writes names TWO MASTERS, and ends with 10', async () => {
    await makePair();
    const { code, stdout, stderr } = await startForDead(B);
    expect(code, stdout + stderr).toBe(10);
    expect(stderr).toContain(`TWO MASTERS: ${name(A)} takes writes too`);
  });
});

describe('start for a dead master, an earlier start having opened another server', () => {
  beforeEach(async () => {
    await done('stop');
    await done('start');
    await lab.server(A).kill9();
  });

  it('is refused while that one takes writes', async () => {
    await expectRefused(await startForDead(C), `${name(B)} takes writes: ${name(C)} is not opened beside it`, [B]);
  });

  it('is refused if that one cannot be asked, and names the way out', async () => {
    await lab.server(B).kill9();
    const way = `mha_recover --is_down=${name(B)} --master_is=${name(C)}`;
    await expectRefused(await startForDead(C), way, []);
  });

  it('opens that one itself', async () => {
    const { code, stdout, stderr } = await startForDead(B);
    expect(code, stdout + stderr).toBe(0);
    expect(await openServers(lab)).toEqual([B]);
  });
});

describe('mha_recover after stop, somebody having opened a server by hand', () => {
  it('a replica that still replicates counts as a master: the original one is not opened beside it', async () => {
    await done('stop');
    await setOpen(C);
    const { stdout, stderr } = await recover(lab);
    expect(await openServers(lab), stdout + stderr).toEqual([C]);
  });

  it('a replica that took writes before the switch does not count: the original master goes on', async () => {
    await setOpen(C);
    await done('stop');
    const { code, stdout, stderr } = await recover(lab);
    expect(code, stdout + stderr).toBe(0);
    expect(await openServers(lab), stdout + stderr).toEqual([A, C]);
  });

  it('the new master that was seen open once, and is dead now, is not forgotten', async () => {
    await done('stop');
    await setOpen(B);
    await lab.server(A).kill9();
    const first = await recover(lab);
    expect(first.code, first.stdout + first.stderr).toBe(1);
    await lab.server(A).start();
    await setClosed(A);
    await lab.server(B).kill9();
    const second = await recover(lab);
    const output = second.stdout + second.stderr;
    expect(await openServers(lab), output).toEqual([]);
    expect(second.code, output).toBe(1);
    expect(output.replace(/\s+/g, ' ')).toContain(`the new master ${name(B)} may have been opened`);
    await lab.server(B).start();
    const last = await recover(lab, `--master_is=${name(B)}`);
    expect(last.code, last.stdout + last.stderr).toBe(0);
    expect(await wrongAtTheEnd(lab, { ...wanted, master: B })).toEqual([]);
  });
});
