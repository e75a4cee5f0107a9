import { spawnSync } from 'node:child_process';
import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accounts } from '../tools/lab/accounts.ts';
import { canUseNamespaces } from '../tools/lab/hosts/namespaces.ts';
import { type Lab, startLab } from '../tools/lab/lab.ts';
import { runMha } from '../tools/lab/mha.ts';

describe.runIf(canUseNamespaces())('a lab of network namespaces', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ namespaces: true });
  });
  afterAll(() => lab?.stop());

  it("passes MHA's own checks", async () => {
    lab.configure({ master_ip_failover_script: '/bin/true' });
    const repl = await runMha('masterha_check_repl', [`--conf=${lab.confFile}`]);
    expect(repl, repl.stdout + repl.stderr + lab.readManagerLog()).toMatchObject({ code: 0 });
  });

  it('cuts a connection between exactly two, silently, and the same connection goes on once it is healed', async () => {
    const [first, second] = await Promise.all([login(0), login(1)]);
    await lab.cut('manager', 0);
    const hanging = first.query('SELECT 1');
    await expect(Promise.race([hanging, elapsed(1500)])).resolves.toBe('elapsed');
    await expect(login(0, 1000)).rejects.toThrow(/ETIMEDOUT/);
    await second.query('SELECT 1');
    await writeAndWait();
    await lab.heal('manager', 0);
    await hanging;
    for (const session of [first, second]) await session.end();
  });

  it('cuts a replica off from its master only; it catches up once it is healed', async () => {
    await lab.cut(0, 2);
    await lab.server(0).admin('CREATE TABLE app.during_cut (a INT)');
    await expect.poll(() => lab.server(1).admin("SHOW TABLES FROM app LIKE 'during_cut'")).toHaveLength(1);
    expect(await lab.server(2).admin("SHOW TABLES FROM app LIKE 'during_cut'")).toEqual([]);
    await (await login(2)).end();
    await lab.heal();
    await lab.waitReplicasLevel(30_000);
    expect(await lab.server(2).admin("SHOW TABLES FROM app LIKE 'during_cut'")).toHaveLength(1);
  });

  it('goes side by side with another, and leaves no namespace and no link behind', async () => {
    const other = await startLab({ namespaces: true, servers: 2, ssh: false });
    const prefix = other.server(0).host.replace(/^198\.18\.(\d+)\..*/, 'mhalab$1');
    expect(seen(prefix)).not.toEqual([]);
    await other.server(0).admin('CREATE TABLE app.only_there (a INT)');
    await other.waitReplicasLevel();
    expect(await lab.server(1).admin("SHOW TABLES FROM app LIKE 'only_there'")).toEqual([]);
    await other.stop();
    expect(seen(prefix)).toEqual([]);
  });

  it('removes what a dead run left behind', async () => {
    const left = 'mhalab251';
    spawnSync('ip', ['netns', 'add', `${left}-switch`]);
    spawnSync('ip', ['link', 'add', 'manager', 'netns', `${left}-switch`, 'type', 'veth', 'peer', 'name', left]);
    expect(seen(left)).toHaveLength(2);
    const other = await startLab({ namespaces: true, servers: 1, ssh: false });
    await other.stop();
    expect(seen(left)).toEqual([]);
  });

  async function login(index: number, connectTimeout = 5000): Promise<Connection> {
    const { user, password } = accounts.app;
    return lab.server(index).connect(user, password, { connectTimeout });
  }

  async function writeAndWait(): Promise<void> {
    await lab.server(0).admin('CREATE TABLE app.others_go_on (a INT)');
    await lab.waitReplicasLevel();
  }
});

const elapsed = (ms: number) => new Promise((resolve) => setTimeout(() => resolve('elapsed'), ms));

/** The namespaces and links of that lab. */
function seen(prefix: string): string[] {
  const list = (...args: string[]) => spawnSync('ip', args, { encoding: 'utf8' }).stdout.split('\n');
  const links = list('-brief', 'link').map((line) => line.replace(/[@ ].*/, ''));
  return [...list('netns', 'list').filter((n) => n.startsWith(`${prefix}-`)), ...links.filter((n) => n === prefix)];
}
