import { createServer, type Server } from 'node:net';

/** A network that no other lab of this machine uses until {@link Network.release}. */
export interface Network {
  /** The network's address with this last number, counted from 1. */
  address(number: number): string;
  release(): Promise<void>;
}

/** A network of one address that has these ports to itself. */
export interface PortNetwork extends Network {
  readonly ports: readonly number[];
}

const GUARD_PORT = 3305;
const ATTEMPTS = 200;

/** Takes a free loopback network (127.x.y.0/24). */
export async function takeNetwork(ports: readonly number[], addresses: number): Promise<Network> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const prefix = `127.${between(64, 250)}.${between(1, 250)}`;
    const guard = await takeGuard(`${prefix}.254`);
    if (guard === undefined) continue;
    if (await allFree(prefix, ports, addresses)) return { address: (number) => `${prefix}.${number}`, ...guard };
    await guard.release();
  }
  throw new Error(`no free loopback network in ${ATTEMPTS} attempts (ports ${ports.join(', ')})`);
}

/** Takes that many free ports of `::1`: IPv6 has one loopback address only. */
export async function takePorts(count: number): Promise<PortNetwork> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const first = between(10, 30) * 1000 + between(0, 9) * 100;
    const guard = await takeGuard('::1', first);
    if (guard === undefined) continue;
    const ports = Array.from({ length: count }, (_, index) => first + 1 + index);
    if (await allOpen(ports)) return { address: () => '::1', ports, ...guard };
    await guard.release();
  }
  throw new Error(`no ${count} free ports of ::1 in ${ATTEMPTS} attempts`);
}

async function allOpen(ports: readonly number[]): Promise<boolean> {
  for (const port of ports) {
    const probe = await listen('::1', port);
    if (probe === undefined) return false;
    await close(probe);
  }
  return true;
}

/**
 * A lock on that loopback address; undefined where it is taken. It is a listening socket: the kernel grants it to one
 * process, of whichever user, and takes it back when that process dies, so that no lock is ever stale.
 */
export async function takeGuard(address: string, port = GUARD_PORT): Promise<{ release(): Promise<void> } | undefined> {
  const guard = await listen(address, port);
  guard?.unref();
  return guard && { release: () => close(guard) };
}

async function allFree(prefix: string, ports: readonly number[], addresses: number): Promise<boolean> {
  for (let number = 1; number <= addresses; number += 1) {
    for (const port of ports) {
      const probe = await listen(`${prefix}.${number}`, port);
      if (probe === undefined) return false;
      await close(probe);
    }
  }
  return true;
}

function listen(host: string, port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen({ host, port, exclusive: true }, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

function between(low: number, high: number): number {
  return low + Math.floor(Math.random() * (high - low + 1));
}
