import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/adapters/mysql/connect.ts';
import { Secret } from '../../src/base/secret.ts';
import { type Authority, makeAuthority } from '../support/certificates.ts';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { startFake } from '../support/proxy/fakeServer.ts';
import { clusterState, helperSettings, openJournals } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';
import { isMysql } from '../tools/lab/kind.ts';
import type { LabServer } from '../tools/lab/server.ts';

const NAME = 'db1.mha.test';
/** The certificate that a server shows, and by what it may be reached with it. */
const CERTIFICATES = {
  'its name': { names: () => `DNS:${NAME}`, good: ['name'] },
  'another name': { names: () => 'DNS:db2.mha.test', good: [] },
  localhost: { names: () => 'DNS:localhost,IP:127.0.0.1', good: [] },
  'its address': { names: (ip: string) => `IP:${ip}`, good: ['address'] },
  'its name and address': { names: (ip: string) => `DNS:${NAME},IP:${ip}`, good: ['name', 'address'] },
} as const;
type Shown = keyof typeof CERTIFICATES;

let ours: Authority;
let theirs: Authority;

beforeAll(async () => {
  ours = makeAuthority();
  theirs = makeAuthority();
  ours.issue('shown', 'DNS:none.test');
  chmodSync(ours.folder, 0o755);
  for (const file of ['shown.pem', 'shown-key.pem', 'ca.pem']) chmodSync(join(ours.folder, file), 0o644);
});

afterAll(async () => {
  for (const authority of [ours, theirs]) authority?.remove();
});

const lab = useLab(() => {
  const file = (name: string) => join(ours.folder, name);
  const [cert, key, ca] = [file('shown.pem'), file('shown-key.pem'), file('ca.pem')];
  return { ssh: false, mysqld: [`--ssl-cert=${cert}`, `--ssl-key=${key}`, `--ssl-ca=${ca}`] };
});

/** From now on the server shows a certificate with these names. */
async function show(server: LabServer, shown: Shown): Promise<void> {
  const { cert, key } = ours.issue('next', CERTIFICATES[shown].names(server.host));
  copyFileSync(cert, join(ours.folder, 'shown.pem'));
  copyFileSync(key, join(ours.folder, 'shown-key.pem'));
  await server.admin(isMysql ? 'ALTER INSTANCE RELOAD TLS' : 'FLUSH SSL');
}

function reach(server: LabServer, by: 'name' | 'address', mode: 'yes' | 'verify' = 'verify', ca = ours.ca) {
  const host = by === 'name' ? NAME : server.host;
  const target = {
    host,
    ip: server.host,
    port: server.port,
    user: lab.mha.user,
    password: new Secret(lab.mha.password),
  };
  return connect(target, { connectMs: 10_000, statementMs: 10_000 }, { mode, ca });
}

describe.each(Object.keys(CERTIFICATES) as Shown[])('ssl = verify, and a certificate for %s', (shown) => {
  it.each(['name', 'address'] as const)('reached by %s', async (by) => {
    const server = lab.server(0);
    await show(server, shown);
    const good = (CERTIFICATES[shown].good as readonly string[]).includes(by);
    if (good) {
      const session = await reach(server, by);
      const [row] = await session.rows("SHOW SESSION STATUS LIKE 'Ssl_cipher'");
      expect(row?.Value).not.toBe('');
      await session.close();
    } else {
      await expect(reach(server, by)).rejects.toThrow(/does not match certificate's altnames.* - TLS did not succeed/);
    }
    const session = await reach(server, by, 'yes');
    await session.close();
  });
});

it.each(['name', 'address'] as const)('ssl = verify, and another authority, reached by %s', async (by) => {
  await show(lab.server(0), 'its name and address');
  const refused = reach(lab.server(0), by, 'verify', theirs.ca);
  await expect(refused).rejects.toThrow(/certificate.* - TLS did not succeed/);
});

describe('the hooks log in as the settings say', () => {
  const hook = (command: string, more: readonly string[] = []) =>
    runCommand('master_ip_online_change', [...onlineArguments(lab, command, lab.server(0), lab.server(1)), ...more]);
  const readOnlyOf = async (index: number) =>
    (await lab.server(index).admin('SELECT @@GLOBAL.read_only AS value'))[0]?.value;
  let before: Awaited<ReturnType<typeof clusterState>>;

  beforeAll(async () => {
    await lab.server(0).admin(`ALTER USER '${lab.mha.user}'@'%' REQUIRE SSL`);
    await lab.waitReplicasLevel();
    before = await clusterState(lab);
  });

  beforeEach(() => helperSettings(lab, { ssl: 'verify', ssl_ca: ours.ca, kill_after_timeout: 0.2 }));

  async function showAll(names: string): Promise<void> {
    const { cert, key } = ours.issue('next', names);
    copyFileSync(cert, join(ours.folder, 'shown.pem'));
    copyFileSync(key, join(ours.folder, 'shown-key.pem'));
    for (const server of lab.servers) await server.admin(isMysql ? 'ALTER INSTANCE RELOAD TLS' : 'FLUSH SSL');
  }

  const addresses = (servers: readonly LabServer[]) => servers.map(({ host }) => `IP:${host}`).join(',');

  it('stop refuses if start could not verify the new master', async () => {
    await showAll(addresses([lab.server(0), lab.server(2)]));
    const result = await hook('stop');
    expect(result.code, result.stdout).toBe(1);
    expect(result.stderr).toMatch(/start could not log in to the new master .*altnames.*TLS did not succeed/);
    expect(await clusterState(lab)).toEqual(before);
  });

  it('stop refuses if the settings ask for no TLS and the account requires it', async () => {
    helperSettings(lab, { ssl: 'no' });
    const result = await hook('stop');
    expect(result.code, result.stdout).toBe(1);
    expect(result.stderr).toMatch(/Access denied/);
    expect(await clusterState(lab)).toEqual(before);
  });

  it('start opens nothing, and gives no password, if the server is another', async () => {
    const fake = await startFake('sha2', lab.server(0).host.replace(/\d+$/, '120'), lab.server(1).port);
    const to = [`--new_master_host=${fake.host}`, `--new_master_ip=${fake.host}`];
    const result = await hook('start', to);
    expect(result.code, result.stdout).toBe(1);
    expect(result.stderr).toMatch(/cannot be opened after 5 tries: .*does not support secure connection/);
    expect(fake.passwords).toEqual([]);
    await fake.stop();
  });

  it.each([
    ['ssl = perhaps', /line 2: \[default\] ssl: "perhaps" is not one of no, yes, verify/],
    ['ssl = verify\nssl_ca = /no/such/file', /line 3: \[default\] ssl_ca: "\/no\/such\/file" cannot be read/],
  ])('start opens nothing if it cannot know whom to give the password: %s', async (text, message) => {
    helperSettings(lab, `[default]\n${text}\n`);
    const result = await hook('start');
    expect(result.code, result.stdout).toBe(1);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).toContain('SET GLOBAL read_only = 0');
    expect(await clusterState(lab)).toEqual(before);
  });

  it('stop and start do their work, with an account that must use TLS', async () => {
    await showAll(addresses(lab.servers));
    const stopped = await hook('stop');
    expect(stopped.code, stopped.stdout + stopped.stderr).toBe(0);
    // What else is wrong with the settings is no reason to leave everything closed.
    helperSettings(lab, `[default]\nssl = verify\nssl_ca = ${ours.ca}\nno_such_key = 1\n[[[\n`);
    const started = await hook('start');
    expect(started.code, started.stdout + started.stderr).toBe(10);
    expect(started.stderr).toContain('no_such_key');
    expect(await readOnlyOf(1)).toBe(0);
    helperSettings(lab, { ssl: 'verify', ssl_ca: ours.ca });
    const again = await hook('start');
    expect(again.code, again.stdout + again.stderr).toBe(0);
    expect(openJournals(lab)).toHaveLength(1);
  });
});
