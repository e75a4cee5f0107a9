import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FEW } from '../support/byHand.ts';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { type ProxiedLab, startProxies } from '../support/proxy/proxied.ts';
import { leftRunning, openJournals } from '../support/scenes/mha.ts';
import { openServers, recover, type Wanted, wantedOf, wrongAtTheEnd } from '../support/state/judge.ts';
import { useLab } from '../support/useLab.ts';
import { rightsOf } from '../support/zoo/zoo.ts';
import type { RunResult } from '../tools/lab/run.ts';

const [A, B, C] = [0, 1, 2];
const SETTINGS = { connect_timeout: 1, statement_timeout: 3, kill_after_timeout: 0.5, undo_timeout: 5 };

const lab = useLab({ settings: SETTINGS, stock: FEW, eachTest: true });
let wanted: Wanted;
let proxied: ProxiedLab | undefined;
const silent = new Set<number>();

beforeEach(async () => {
  wanted = await wantedOf(lab);
});

afterEach(async () => {
  for (const pid of silent) process.kill(pid, 'SIGCONT');
  silent.clear();
  await proxied?.stop();
  proxied = undefined;
});

type Address = { readonly host: string; readonly port: number };

async function hook(command: string, orig: Address, next: Address): Promise<void> {
  const result = await runCommand('master_ip_online_change', onlineArguments(lab, command, orig, next));
  expect(result.code, result.stdout + result.stderr).toBe(0);
}

const failOver = (address: Address) =>
  runCommand('mysql_failover', [address.host, `--conf=${lab.confFile}`], { limitMs: 110_000 });

/** The server accepts connections and never answers. */
function silence(index: number): void {
  const { pid } = lab.server(index);
  if (pid === undefined) throw new Error(`server ${index} is down`);
  process.kill(pid, 'SIGSTOP');
  silent.add(pid);
}

/** No server takes writes that did not before, and somebody reads how to go on. */
async function expectRefused(result: RunResult, open: readonly number[], said: RegExp): Promise<void> {
  const output = result.stdout + result.stderr;
  expect(result.code, output).toBeGreaterThan(0);
  expect(output).toMatch(said);
  for (const pid of silent) process.kill(pid, 'SIGCONT');
  silent.clear();
  expect(await openServers(lab), output).toEqual(open);
  expect(openJournals(lab), output).toHaveLength(1);
  expect(leftRunning(lab)).toEqual([]);
}

describe('mysql_failover of an original master that lives, its switch never having ended', () => {
  it('never opens it beside the new master that cannot be reached', async () => {
    proxied = await startProxies(lab);
    const [orig, next] = [proxied.proxy(A), proxied.proxy(B)];
    await hook('stop', orig, next);
    await hook('start', orig, next);
    await proxied.proxies[B]?.stop();
    await expectRefused(await failOver(orig), [B], /mha_recover|--master_is|bring/);
  });

  it('never opens it beside the new master that answers nothing', async () => {
    await hook('stop', lab.server(A), lab.server(B));
    await hook('start', lab.server(A), lab.server(B));
    silence(B);
    await expectRefused(await failOver(lab.server(A)), [B], /mha_recover|--master_is|bring/);
  });

  it('after stop alone says that mha_recover puts it back, which it does', async () => {
    await hook('stop', lab.server(A), lab.server(B));
    await expectRefused(await failOver(lab.server(A)), [], /never ended.*run mha_recover first/s);
    expect((await recover(lab)).code).toBe(0);
    expect(await wrongAtTheEnd(lab, wanted)).toEqual([]);
  });

  it('after stop alone, the new master answering nothing, names the way out', async () => {
    await hook('stop', lab.server(A), lab.server(B));
    silence(B);
    await expectRefused(await failOver(lab.server(A)), [], /never ended.*mha_recover --is_down=/s);
  });
});

describe('mysql_failover of an original master that dies after stop', () => {
  it('goes through, and everybody has their rights', async () => {
    const before = await rightsOf(lab.server(A));
    await hook('stop', lab.server(A), lab.server(B));
    await lab.server(A).kill9();
    const result = await failOver(lab.server(A));
    const output = result.stdout + result.stderr;
    const open = await openServers(lab);
    expect(open, output).toHaveLength(1);
    for (const index of [B, C]) expect(await rightsOf(lab.server(index)), output).toEqual(before);
    if (openJournals(lab).length > 0) {
      expect(output).toContain(`mha_recover --is_down=${lab.server(A).host}:${lab.server(A).port}`);
      const last = await recover(lab, `--is_down=${lab.server(A).host}:${lab.server(A).port}`);
      expect(last.code, last.stdout + last.stderr).toBe(0);
    } else expect(result.code, output).toBe(0);
    expect(await wrongAtTheEnd(lab, { ...wanted, master: open[0] ?? A }), output).toEqual([]);
    expect(leftRunning(lab)).toEqual([]);
  });
});
