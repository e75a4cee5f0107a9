import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { type Call, EVERY, journalFolder, killedAt, placesOf, stateOf } from '../support/process/crash.ts';
import { useLab, useProxies } from '../support/useLab.ts';
import { stockZoo } from '../support/zoo/zoo.ts';
import { accounts } from '../tools/lab/accounts.ts';

const lab = useLab({ ssh: false, stock: stockZoo });
const proxied = useProxies(lab);
let before: Awaited<ReturnType<typeof stateOf>>;

beforeAll(async () => {
  before = await stateOf(lab);
});

function stop(): Call {
  const [orig, next] = [proxied.proxy(0), proxied.proxy(1)];
  return { command: 'master_ip_online_change', args: onlineArguments(lab, 'stop', orig, next) };
}

function recoverCall(): Call {
  return { command: 'mha_recover', args: [`--conf=${lab.confFile}`] };
}

async function recoverAndCompare(where: string): Promise<void> {
  proxied.reset();
  for (const time of ['once', 'twice']) {
    const recovered = await runCommand(recoverCall().command, recoverCall().args);
    expect(recovered.code, `${where}, recovered ${time}:\n${recovered.stdout}${recovered.stderr}`).toBe(0);
  }
  expect(await stateOf(lab), where).toEqual(before);
  expect(
    readdirSync(journalFolder(lab)).filter((name) => name.endsWith('.json')),
    where,
  ).toEqual([]);
}

describe('kill -9 at every statement that changes something and every step of writing the journal', () => {
  it('of stop: mha_recover puts everything back', { timeout: 600_000 }, async () => {
    const idle = await lab.server(0).connect(accounts.app.user, accounts.app.password);
    idle.on('error', () => {});
    const places = await placesOf(lab, proxied, stop());
    await recoverAndCompare('not killed');
    expect(places.filter((p) => p.kind === 'statement').length).toBeGreaterThanOrEqual(Math.floor(10 / EVERY));
    expect(places.filter((p) => p.kind === 'write').length).toBeGreaterThanOrEqual(Math.floor(32 / EVERY));
    for (const place of places) {
      const idle = await lab.server(0).connect(accounts.app.user, accounts.app.password);
      idle.on('error', () => {});
      const killed = await killedAt(proxied, stop(), place);
      expect(killed.signal, `${JSON.stringify(place)}\n${killed.stdout}`).toBe('SIGKILL');
      idle.destroy();
      await recoverAndCompare(`stop killed ${JSON.stringify(place)}`);
    }
  });

  it('of mha_recover while it puts back: run again, it comes to the same end', { timeout: 600_000 }, async () => {
    await runCommand(stop().command, stop().args);
    const places = await placesOf(lab, proxied, recoverCall());
    await recoverAndCompare('not killed');
    expect(places.filter((p) => p.kind === 'statement').length).toBeGreaterThanOrEqual(Math.floor(8 / EVERY));
    for (const place of places) {
      proxied.reset();
      const stopped = await runCommand(stop().command, stop().args);
      expect(stopped.code, stopped.stdout + stopped.stderr).toBe(0);
      const killed = await killedAt(proxied, recoverCall(), place);
      expect(killed.signal, `${JSON.stringify(place)}\n${killed.stdout}`).toBe('SIGKILL');
      await recoverAndCompare(`mha_recover killed ${JSON.stringify(place)}`);
    }
  });
});
