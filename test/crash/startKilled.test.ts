import { beforeAll, describe, expect, it } from 'vitest';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { type Call, EVERY, killedAt, type Place, placesOf, stateOf } from '../support/process/crash.ts';
import { useLab, useProxies } from '../support/useLab.ts';
import { stockZoo } from '../support/zoo/zoo.ts';

const lab = useLab({ ssh: false, stock: stockZoo });
const proxied = useProxies(lab);
let before: Awaited<ReturnType<typeof stateOf>>;

beforeAll(prepare);

/** The zoo on all servers, and a switch that is stopped: MHA would run `start` now. */
async function prepare(): Promise<void> {
  proxied.reset();
  await lab.renew();
  proxied.configure();
  before = await stateOf(lab);
}

async function stopped(): Promise<void> {
  const result = await runCommand('master_ip_online_change', online('stop'));
  expect(result.code, result.stdout + result.stderr).toBe(0);
}

function online(command: string): string[] {
  return onlineArguments(lab, command, proxied.proxy(0), proxied.proxy(1));
}

const start = (): Call => ({ command: 'master_ip_online_change', args: online('start') });
const recover = (): Call => ({ command: 'mha_recover', args: [`--conf=${lab.confFile}`] });

/** Put back, where the new master was not opened; else finished: one writer, everybody's rights everywhere. */
async function recoverAndCheck(where: string): Promise<void> {
  proxied.reset();
  const opened = (await lab.dump())[1]?.readOnly === false;
  for (const time of ['once', 'twice']) {
    const result = await runCommand(recover().command, recover().args);
    expect(result.code, `${where}, recovered ${time}:\n${result.stdout}${result.stderr}`).toBe(0);
  }
  if (!opened) return expect(await stateOf(lab), where).toEqual(before);
  expect(
    (await lab.dump()).map((server) => server.readOnly),
    where,
  ).toEqual([true, false, true]);
  const now = await stateOf(lab);
  for (const [index, state] of now.entries()) {
    expect(state.rights, `${where}, rights of server ${index}`).toEqual(before[index]?.rights);
  }
  const written = (state: typeof now) => state[0]?.executed?.transactions;
  expect(written(now), `${where}, transactions of the original master`).toBe(written(before));
  expect(now[2]?.executed?.own, `${where}, transactions of the replica's own`).toBe(before[2]?.executed?.own);
  const on = now.map(({ events }) => events.filter((e) => e.status === 'ENABLED').length);
  expect(on, `${where}, events that are on`).toEqual([0, 2, 0]);
}

async function killAndRecover(call: Call, place: Place, ready: () => Promise<void>): Promise<void> {
  await ready();
  const killed = await killedAt(proxied, call, place);
  expect(killed.signal, `${JSON.stringify(place)}\n${killed.stdout}${killed.stderr}`).toBe('SIGKILL');
  await recoverAndCheck(`${call.command} killed ${JSON.stringify(place)}`);
}

describe('kill -9 at every statement that changes something and every step of writing the journal', () => {
  it('of start: mha_recover puts back or finishes, as far as it had come', { timeout: 600_000 }, async () => {
    await stopped();
    const places = await placesOf(lab, proxied, start());
    await recoverAndCheck('not killed');
    expect(places.length).toBeGreaterThanOrEqual(Math.floor(16 / EVERY));
    for (const place of places) {
      await killAndRecover(start(), place, async () => {
        await prepare();
        await stopped();
      });
    }
  });

  it('of mha_recover while it finishes: run again, it comes to the same end', { timeout: 600_000 }, async () => {
    const ready = async () => {
      await prepare();
      await stopped();
      await lab.server(1).admin('SET GLOBAL read_only = 0');
    };
    await ready();
    const places = await placesOf(lab, proxied, recover());
    await recoverAndCheck('not killed');
    expect(places.length).toBeGreaterThanOrEqual(Math.floor(10 / EVERY));
    for (const place of places) await killAndRecover(recover(), place, ready);
  });
});
