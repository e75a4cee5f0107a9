import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Command, configureHooks, onlineArguments, runCommand } from '../support/commands.ts';
import { startFake } from '../support/proxy/fakeServer.ts';
import type { Injection, Statement } from '../support/proxy/proxy.ts';
import { clusterState, openJournals } from '../support/state/state.ts';
import { useLab, useProxies } from '../support/useLab.ts';
import { stockZoo } from '../support/zoo/zoo.ts';

const lab = useLab({
  ssh: false,
  settings: { kill_after_timeout: 0.2, connect_timeout: 1, statement_timeout: 2, stop_timeout: 6, undo_timeout: 5 },
  stock: stockZoo,
});
const proxied = useProxies(lab);
let before: Awaited<ReturnType<typeof clusterState>>;

beforeAll(async () => {
  before = await clusterState(lab);
});

afterEach(async () => {
  proxied.reset();
  if (openJournals(lab).length === 0) return;
  const recovered = await runCommand('mha_recover', [`--conf=${lab.confFile}`]);
  expect(recovered.code, recovered.stdout + recovered.stderr).toBe(0);
  expect(await clusterState(lab)).toEqual(before);
});

const hook = (command: string) => onlineArguments(lab, command, proxied.proxy(0), proxied.proxy(1));
const conf = () => [`--conf=${lab.confFile}`];
const COMMANDS: readonly (readonly [string, Command, () => string[]])[] = [
  ['stop', 'master_ip_online_change', () => hook('stop')],
  ['status', 'master_ip_online_change', () => hook('status')],
  ['start', 'master_ip_online_change', () => hook('start')],
  ['start of the failover', 'master_ip_failover', () => hook('start')],
  ['mha_check', 'mha_check', conf],
  ['mha_check --accounts', 'mha_check', () => [...conf(), '--accounts']],
  ['mysql_replica_status', 'mysql_replica_status', conf],
];

/** `start` opens nothing beside a master that takes writes: as after `stop`, the original one takes none. */
async function closedFor<Result>(command: string, work: () => Promise<Result>): Promise<Result> {
  if (command !== 'start') return work();
  await lab.server(0).admin('SET GLOBAL read_only = 1');
  try {
    return await work();
  } finally {
    await lab.server(0).admin('SET GLOBAL read_only = 0');
  }
}

/** From the first statement that fits on, that server answers nothing any more: as a proxy whose server is gone. */
function silent(index: number, from: (statement: Statement) => boolean = () => true): Injection {
  let begun = false;
  const match = (statement: Statement) => {
    begun ||= from(statement);
    return begun;
  };
  return proxied.proxy(index).inject({ when: 'before', match, fate: 'hold', times: Number.POSITIVE_INFINITY });
}

describe('a new master that lets everybody log in and answers nothing', () => {
  it.each(COMMANDS)('%s ends, and says so', async (name, command, args) => {
    const held = silent(1);
    const result = await closedFor(name, () => runCommand(command, args(), { limitMs: 100_000 }));
    expect(result.code, result.stdout).not.toBe(0);
    expect(result.stdout + result.stderr).toContain('answered nothing');
    expect(held.met.length).toBeLessThan(30);
    expect(openJournals(lab)).toEqual([]);
    expect(await clusterState(lab)).toEqual(before);
  });
});

describe('a server that sends rows without end', () => {
  it.each(COMMANDS)('%s ends, and says so', async (name, command, args) => {
    const { host, port } = proxied.proxy(1);
    const fake = await startFake('flood', host.replace(/\d+$/, '140'), port);
    const flooded = [proxied.proxy(0), fake, proxied.proxy(2)].map((s) => ({ hostname: s.host, port: s.port }));
    configureHooks(lab, flooded);
    const words = args().map((arg) => arg.replace(host, fake.host));
    try {
      const result = await closedFor(name, () => runCommand(command, words, { limitMs: 100_000 }));
      expect(result.code, result.stdout).not.toBe(0);
      expect(result.stdout + result.stderr).toMatch(/64 MiB|answered nothing/);
      expect(openJournals(lab)).toEqual([]);
    } finally {
      await fake.stop();
    }
  });
});

describe('a server that falls silent in the middle of stop', () => {
  it.each([
    ['the new master, once it is closed', 1, /^SHOW (ALL SLAVES|REPLICA) STATUS/, false],
    ['the original master, at the first REVOKE', 0, /^REVOKE/, true],
    ['the original master, at its last statement', 0, /SET GLOBAL read_only = 1/, true],
  ] as const)('%s: it ends, and says what is left', async (_, index, sql, left) => {
    silent(index, (s) => sql.test(s.sql) && openJournals(lab).length > 0);
    const result = await runCommand('master_ip_online_change', hook('stop'), { limitMs: 100_000 });
    expect(result.code, result.stdout).toBe(1);
    if (left) {
      expect(result.stderr).toContain('NOT everything could be put back');
      const again = await runCommand('mha_recover', conf(), { limitMs: 100_000 });
      expect(again.code, again.stdout).toBe(1);
    }
  });
});

it('SIGTERM ends start, which says that nothing is open', async () => {
  const held = silent(1);
  const result = await closedFor('start', async () => {
    let pid = 0;
    const running = runCommand('master_ip_online_change', hook('start'), { onStart: (started) => (pid = started) });
    await held.hit();
    process.kill(pid, 'SIGTERM');
    return running;
  });
  expect(result.code, result.stdout).toBe(1);
  expect(result.stderr).toMatch(/cannot be opened after 1 try: interrupted by SIGTERM/);
  expect(result.stderr).toContain('SET GLOBAL read_only = 0');
});
