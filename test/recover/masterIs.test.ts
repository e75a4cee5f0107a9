import { beforeEach, describe, expect, it } from 'vitest';
import { FEW, moveByHand } from '../support/byHand.ts';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { openServers, recover, type Wanted, wantedOf, wrongAtTheEnd } from '../support/state/judge.ts';
import { useLab } from '../support/useLab.ts';

const [A, B] = [0, 1];

const lab = useLab({ ssh: false, settings: { kill_after_timeout: 0.5, undo_timeout: 6 }, stock: FEW, eachTest: true });
let wanted: Wanted;

beforeEach(async () => {
  wanted = await wantedOf(lab);
});

const name = (index: number) => `${lab.server(index).host}:${lab.server(index).port}`;
const open = (index: number) => lab.server(index).admin('SET GLOBAL read_only = 0');

async function hook(command: string): Promise<void> {
  const args = onlineArguments(lab, command, lab.server(A), lab.server(B));
  const { code, stdout, stderr } = await runCommand('master_ip_online_change', args);
  expect(code, stdout + stderr).toBe(0);
}

async function expectOriginalGoesOn(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await recover(lab, ...words);
  expect(await wrongAtTheEnd(lab, wanted), stdout + stderr).toEqual([]);
  expect(code, stdout + stderr).toBe(0);
  return stdout + stderr;
}

describe('mha_recover --master_is names the original master, and the new one took writes as a replica before', () => {
  it('the new master was opened by start, and closed since: it stays so', async () => {
    await open(B);
    await hook('stop');
    await hook('start');
    await lab.server(B).admin('SET GLOBAL read_only = 1');
    const output = await expectOriginalGoesOn(`--master_is=${name(A)}`);
    expect(output).toMatch(/left as it is, it stays read_only, since it may have been the master/);
  });

  it('the new master was opened by hand: it is closed and stays so', async () => {
    await open(B);
    await hook('stop');
    await open(B);
    await expectOriginalGoesOn(`--master_is=${name(A)}`);
  });

  it('nobody opened the new master: it takes writes as a replica again', async () => {
    await open(B);
    await hook('stop');
    const { code, stdout, stderr } = await recover(lab, `--master_is=${name(A)}`);
    expect(code, stdout + stderr).toBe(0);
    expect(await openServers(lab), stdout + stderr).toEqual([A, B]);
  });
});

describe('mha_recover, once the master has moved back to the original by hand', () => {
  it('says so, names the original master and not the new one, and that is the way out', async () => {
    await hook('stop');
    await hook('start');
    await moveByHand(lab, A);
    const kept = await recover(lab);
    const said = (kept.stdout + kept.stderr).replace(/\s+/g, ' ');
    expect(kept.code, said).toBe(1);
    expect(said).toContain(`${name(A)} takes writes by now`);
    expect(said).toContain(`mha_recover --master_is=${name(A)}`);
    expect(said).not.toMatch(new RegExp(`no other server takes writes|perhaps ${name(B)}`));
    await expectOriginalGoesOn(`--master_is=${name(A)}`);
  });

  it('names --is_down too if the former new master is dead', async () => {
    await hook('stop');
    await hook('start');
    await moveByHand(lab, A);
    await lab.server(B).kill9();
    const kept = await recover(lab);
    const said = (kept.stdout + kept.stderr).replace(/\s+/g, ' ');
    expect(said).toContain(`mha_recover --master_is=${name(A)} --is_down=${name(B)}`);
    await expectOriginalGoesOn(`--master_is=${name(A)}`, `--is_down=${name(B)}`);
  });
});
