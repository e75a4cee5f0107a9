import { spawnSync } from 'node:child_process';
import { runOk } from '../run.ts';
import { type Network, takeGuard } from './addresses.ts';

/** One end of a connection that can be cut: where the tests and our commands run, or a server by its number from 1. */
export type End = 'manager' | number;

/** A network of its own for a lab: each server in a network namespace, all on one switch, as is the root namespace. */
export interface NamespaceNetwork extends Network {
  /** What to put before a command so that it runs on that server's host. */
  within(number: number): string[];
  /** From now on packets between exactly these two vanish silently, both ways. */
  cut(a: End, b: End): Promise<void>;
  /** Ends a cut; without ends, all of them. */
  heal(a?: End, b?: End): Promise<void>;
}

/** Why this process cannot make network namespaces, in words; undefined where it can. */
export function namespacesRefused(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const name = `mhalabprobe${process.pid}`;
  const made = ip('netns', 'add', name);
  const linked = made ?? ip('-n', name, 'link', 'add', 'name', 'one', 'type', 'veth', 'peer', 'name', 'two');
  if (made === undefined) ip('netns', 'del', name);
  return linked && `network namespaces cannot be made here: ${linked}`;
}

/** Whether tests that need network namespaces can run; says why where they cannot. */
export function canUseNamespaces(): boolean {
  const why = namespacesRefused();
  if (why !== undefined) console.warn(`skipped: ${why}`);
  return why === undefined;
}

const IP = 'ip';
const ATTEMPTS = 50;
const MANAGER = 254;
/** Nobody's: what is sent there reaches the switch and no host. */
const NOWHERE = '02:00:00:00:00:fe';

/**
 * Makes a network (198.18.x.0/24, set aside for tests of networks) for so many servers. Its number x is guarded as a
 * loopback network is, so what a dead run left under a free number may be removed, and is.
 */
export async function takeNamespaces(count: number): Promise<NamespaceNetwork> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const number = 1 + Math.floor(Math.random() * 250);
    const guard = await takeGuard(guardAddress(number));
    if (guard === undefined) continue;
    try {
      await removeLeftovers();
      await remove(number);
      await build(number, count);
      return network(number, count, guard);
    } catch (error) {
      await remove(number);
      await guard.release();
      throw error;
    }
  }
  throw new Error(`no free network in ${ATTEMPTS} attempts`);
}

/** Never one of a loopback lab: those begin at 127.64. */
function guardAddress(number: number): string {
  return `127.63.${number}.254`;
}

const prefix = (number: number) => `mhalab${number}`;
const switchOf = (number: number) => `${prefix(number)}-switch`;
const hostOf = (number: number, server: number) => `${prefix(number)}-${server}`;

/** The switch is a bridge in a namespace of its own, where no firewall of this machine looks at what it carries. */
async function build(number: number, count: number): Promise<void> {
  const sw = switchOf(number);
  const plug = async (cable: string, namespace: string | undefined, device: string, address: string) => {
    const at = namespace === undefined ? [] : ['-n', namespace];
    const end = ['name', device, ...(namespace === undefined ? [] : ['netns', namespace])];
    await runIp('link', 'add', 'name', cable, 'netns', sw, 'type', 'veth', 'peer', ...end);
    await runIp('-n', sw, 'link', 'set', cable, 'master', 'bridge', 'up');
    await runIp(...at, 'address', 'add', `${address}/24`, 'dev', device);
    await runIp(...at, 'link', 'set', device, 'up');
  };
  await runIp('netns', 'add', sw);
  await runIp('-n', sw, 'link', 'add', 'bridge', 'type', 'bridge', 'forward_delay', '0');
  await runIp('-n', sw, 'link', 'set', 'bridge', 'up');
  await plug('manager', undefined, prefix(number), addressOf(number, 'manager'));
  for (let server = 1; server <= count; server += 1) {
    const host = hostOf(number, server);
    await runIp('netns', 'add', host);
    await runIp('-n', host, 'link', 'set', 'lo', 'up');
    await plug(`server${server}`, host, 'eth0', addressOf(number, server));
  }
}

function network(number: number, count: number, guard: { release(): Promise<void> }): NamespaceNetwork {
  const ends: End[] = ['manager', ...Array.from({ length: count }, (_, i) => i + 1)];
  const neighbour = async (change: 'replace' | 'del', on: End, other: End) => {
    const namespace = on === 'manager' ? [] : ['-n', hostOf(number, on)];
    const device = on === 'manager' ? prefix(number) : 'eth0';
    const to = change === 'replace' ? ['lladdr', NOWHERE, 'nud', 'permanent'] : [];
    await runIp(...namespace, 'neighbour', change, addressOf(number, other), ...to, 'dev', device);
  };
  const isCut = new Set<string>();
  const heal = async (a: End, b: End) => {
    if (!isCut.delete([a, b].sort().join(' '))) return;
    await neighbour('del', a, b);
    await neighbour('del', b, a);
  };
  return {
    address: (server) => addressOf(number, server),
    within: (server) => ['nsenter', `--net=/run/netns/${hostOf(number, server)}`],
    cut: async (a, b) => {
      isCut.add([a, b].sort().join(' '));
      await neighbour('replace', a, b);
      await neighbour('replace', b, a);
    },
    heal: async (a, b) => {
      if (a !== undefined && b !== undefined) return heal(a, b);
      for (const one of ends) for (const other of ends) if (one !== other) await heal(one, other);
    },
    release: async () => {
      await remove(number);
      await guard.release();
    },
  };
}

function addressOf(number: number, end: End): string {
  return `198.18.${number}.${end === 'manager' ? MANAGER : end}`;
}

/** What runs left behind that are dead, as their guards tell. */
async function removeLeftovers(): Promise<void> {
  const names = (await runIp('netns', 'list')).split('\n');
  const numbers = new Set(names.flatMap((name) => /^mhalab(\d+)-/.exec(name)?.[1] ?? []).map(Number));
  for (const number of numbers) {
    const guard = await takeGuard(guardAddress(number));
    if (guard === undefined) continue;
    await remove(number);
    await guard.release();
  }
}

/** Removes everything of that number: a cable goes when one of its ends does, and all end in the switch. */
async function remove(number: number): Promise<void> {
  const names = (await runIp('netns', 'list')).split('\n').map((line) => line.replace(/ .*/, ''));
  const own = names.filter((name) => name.startsWith(`${prefix(number)}-`));
  if (own.includes(switchOf(number))) ip('-n', switchOf(number), 'link', 'del', 'manager');
  for (const name of own) await runIp('netns', 'del', name);
}

async function runIp(...args: string[]): Promise<string> {
  return (await runOk(IP, args)).stdout;
}

/** What went wrong, or undefined. */
function ip(...args: string[]): string | undefined {
  const result = spawnSync(IP, args, { encoding: 'utf8', timeout: 10_000 });
  return result.status === 0 ? undefined : (result.error?.message ?? result.stderr.trim());
}
