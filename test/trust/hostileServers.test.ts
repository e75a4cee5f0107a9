import { afterEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/adapters/mysql/connect.ts';
import { Secret } from '../../src/base/secret.ts';
import { type FakeKind, type FakeServer, startFake } from '../support/proxy/fakeServer.ts';

const PASSWORD = 'zpw-hostile';
const fakes: FakeServer[] = [];

async function fake(kind: FakeKind): Promise<FakeServer> {
  const started = await startFake(kind);
  fakes.push(started);
  return started;
}

afterEach(async () => {
  for (const one of fakes.splice(0)) await one.stop();
});

function to({ host, port }: FakeServer, tls?: 'yes' | 'verify', signal?: AbortSignal, ms = 1000) {
  const target = { host, ip: host, port, user: 'mha', password: new Secret(PASSWORD) };
  const limits = { connectMs: ms, statementMs: ms, ...(signal ? { signal } : {}) };
  return connect(target, limits, tls && { mode: tls });
}

describe('a server that is no server does not hold us up, and needs no further connection', () => {
  it.each([
    ['mute', /cannot connect as mha: no answer within 1 s/],
    ['greeting', /cannot connect as mha: no answer within 1 s/],
    ['silent', /it let mha log in, and then answered nothing for 1 s/],
  ] as const)('%s', async (kind, message) => {
    const server = await fake(kind);
    await expect(to(server)).rejects.toThrow(message);
    expect(server.connections).toBe(1);
  });

  it.each(['flood', 'one row'] as const)('%s', async (kind) => {
    const server = await fake(kind);
    const most = process.memoryUsage.rss() + 2 ** 30;
    await expect(to(server, undefined, undefined, 30_000)).rejects.toThrow(/answered with more than 64 MiB/);
    expect(server.connections).toBe(1);
    expect(process.memoryUsage.rss()).toBeLessThan(most);
  });

  it.each(['mute', 'greeting', 'silent'] as const)('%s, ended by a signal', async (kind) => {
    const server = await fake(kind);
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('over')), 200);
    await expect(to(server, undefined, controller.signal)).rejects.toThrow('over');
  });
});

describe('the password is not given to a server', () => {
  it.each(['yes', 'verify'] as const)('that offers no TLS if ssl = %s', async (mode) => {
    const server = await fake('sha2');
    await expect(to(server, mode)).rejects.toThrow(/does not support secure connection.* - the settings ask for TLS/);
    expect(server.passwords).toEqual([]);
  });

  it('that asks for it in clear', async () => {
    const server = await fake('clear');
    await expect(to(server)).rejects.toThrow(/mysql_clear_password.* - give the account another way to log in/);
    expect(server.passwords).toEqual([]);
    expect(server.received().includes(PASSWORD)).toBe(false);
  });

  it.each(['yes', 'verify'] as const)('that asks for it before TLS has begun, if ssl = %s', async (mode) => {
    const server = await fake('early');
    await expect(to(server, mode)).rejects.toThrow();
    expect(server.received().includes(PASSWORD)).toBe(false);
  });
});

it('the fake server that asks for a password would get it', async () => {
  const server = await fake('sha2');
  await expect(to(server)).rejects.toThrow();
  expect(server.passwords).toEqual([PASSWORD]);
});
