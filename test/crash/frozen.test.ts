import { describe, expect, it } from 'vitest';
import { FEW, moveByHand } from '../support/byHand.ts';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { type Call, type Place, placesOf } from '../support/process/crash.ts';
import { frozenAt } from '../support/proxy/frozen.ts';
import { changes } from '../support/proxy/statements.ts';
import { named, type Wanted, wantedOf, wrongAfter, wrongAfterRecovery } from '../support/state/judge.ts';
import { useLab, useProxies } from '../support/useLab.ts';
import { accounts } from '../tools/lab/accounts.ts';

/** MHA_HELPER_IPV6=1 runs the same attacks with the address ::1. */
const ON_IPV6 = process.env.MHA_HELPER_IPV6 === '1';

const ORIGINAL = 0;
const NEW = 1;
const THIRD = 2;

const lab = useLab({ ssh: false, ipv6: ON_IPV6 });
const proxied = useProxies(lab);
/** The cluster before anything was done. */
let before: Wanted;

/** A cluster whose master is server 0, with an idle session of an application there. */
async function fresh(): Promise<void> {
  proxied.reset();
  await lab.reset();
  proxied.configure();
  await lab.server(0).adminAll(FEW);
  await lab.waitReplicasLevel();
  before = await wantedOf(lab);
  const idle = await lab.server(0).connect(accounts.app.user, accounts.app.password);
  idle.on('error', () => {});
}

async function afterStop(): Promise<void> {
  await fresh();
  const result = await runCommand(stop().command, stop().args);
  expect(result.code, result.stdout + result.stderr).toBe(0);
}

/** Opened by somebody, but not by our `start`: everything else is still to be done. */
async function opened(): Promise<void> {
  await afterStop();
  await lab.server(1).admin('SET GLOBAL read_only = 0');
}

const online = (command: string): Call => ({
  command: 'master_ip_online_change',
  args: onlineArguments(lab, command, proxied.proxy(0), proxied.proxy(1)),
});
const stop = () => online('stop');
const start = () => online('start');
const recover = (): Call => ({ command: 'mha_recover', args: [`--conf=${lab.confFile}`] });

interface Attack {
  readonly call: () => Call;
  /** Makes what the command is run on. */
  readonly ready: () => Promise<void>;
  /** Whereto the master is moved by hand. */
  readonly to: number;
  /** What the command finds waiting when it goes on. */
  readonly signal?: NodeJS.Signals;
}

/** A proxy by the position of its server. */
function serverOf(name: string): string {
  return `server ${proxied.proxies.findIndex(({ host, port }) => name === `${host}:${port}`)}`;
}

/** Freezes the command at every changing statement, and returns what was wrong then, by place. */
async function wrongWithin({ call, ready, to, signal }: Attack): Promise<Record<string, string[]>> {
  await ready();
  const places = (await placesOf(lab, proxied, call())).filter(({ kind }) => kind === 'statement');
  const texts = changes(proxied.statements).map(
    ({ server, sql }) => `${serverOf(server)}: ${sql.split('\n')[0]?.slice(0, 50)}`,
  );
  expect(places.length).toBeGreaterThan(0);
  const found: Record<string, string[]> = {};
  for (const place of places) {
    await ready();
    const wrong = await wrongAt({ call, to, ...(signal ? { signal } : {}) }, place);
    if (wrong.length > 0) found[`${place.when} ${place.index}: ${texts[place.index]}`] = wrong;
  }
  return found;
}

async function wrongAt({ call, to, signal }: Omit<Attack, 'ready'>, place: Place): Promise<string[]> {
  const thawed = await frozenAt(proxied, call(), place, () => moveByHand(lab, to), signal);
  const wanted = { ...before, master: to, name: named(proxied.proxy(to)) };
  if (!thawed.met) return ['the command never came there'];
  const wrong = await wrongAfter(lab, wanted, thawed, thawed.said);
  return [...wrong, ...(await wrongAfterRecovery(lab, wanted))];
}

describe('frozen at every changing statement while a DBA moves the master by hand', { timeout: 900_000 }, () => {
  it('stop, which goes on', async () => {
    expect(await wrongWithin({ call: stop, ready: fresh, to: NEW })).toEqual({});
  });

  it('stop, which is to end at once', async () => {
    expect(await wrongWithin({ call: stop, ready: fresh, to: NEW, signal: 'SIGTERM' })).toEqual({});
  });

  it('stop, and the master is a third server', async () => {
    expect(await wrongWithin({ call: stop, ready: fresh, to: THIRD })).toEqual({});
  });

  it('start', async () => {
    expect(await wrongWithin({ call: start, ready: afterStop, to: NEW })).toEqual({});
  });

  it('start, and the master is a third server', async () => {
    expect(await wrongWithin({ call: start, ready: afterStop, to: THIRD })).toEqual({});
  });

  it('start, and the master is the original one again', async () => {
    expect(await wrongWithin({ call: start, ready: afterStop, to: ORIGINAL })).toEqual({});
  });

  it('mha_recover, which puts back', async () => {
    expect(await wrongWithin({ call: recover, ready: afterStop, to: NEW })).toEqual({});
  });

  it('mha_recover, which puts back, and the master is a third server', async () => {
    expect(await wrongWithin({ call: recover, ready: afterStop, to: THIRD })).toEqual({});
  });

  it('mha_recover, which finishes, and the master is a third server', async () => {
    expect(await wrongWithin({ call: recover, ready: opened, to: THIRD })).toEqual({});
  });
});
