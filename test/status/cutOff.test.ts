import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bin } from '../support/commands.ts';
import { screenOf, seenOf } from '../support/replicaStatus.ts';
import { start as begin } from '../support/scenes/mha.ts';
import { useLab } from '../support/useLab.ts';
import { canUseNamespaces } from '../tools/lab/hosts/namespaces.ts';
import { until } from '../tools/lab/wait.ts';

describe.runIf(canUseNamespaces())('mysql_replica_status over a network that drops packets', () => {
  const lab = useLab({ namespaces: true, ssh: false });
  let account: string;
  const name = (index: number) => `${lab.server(index).host}:3306`;

  beforeAll(async () => {
    writeFileSync(join(lab.folder, 'app1.helper.cnf'), '[default]\nconnect_timeout = 1\nstatement_timeout = 2\n');
    const user = ["CREATE USER eyes@'%' IDENTIFIED BY 'zpw-eyes'", "GRANT ALL ON *.* TO eyes@'%'"];
    for (const server of lab.servers) await server.adminAll(['SET SESSION sql_log_bin = 0', ...user]);
    const file = join(lab.folder, 'eyes.cnf');
    writeFileSync(file, '[client]\nuser=eyes\npassword=zpw-eyes\n', { mode: 0o600 });
    account = `--defaults_file=${file}`;
  });
  afterEach(async () => {
    await lab.heal();
    await until('replication', 60_000, async () => (await seenOf(lab)).ok);
  });

  it('a host that does not answer is reported, and all others are shown', async () => {
    await lab.cut('manager', 2);
    const { code, stdout } = await screenOf(lab);
    expect(code).toBe(1);
    expect(stdout).toMatch(new RegExp(`^${name(2)} +not reachable`, 'm'));
    expect(stdout).toContain('No answer at all');
    expect(stdout).toMatch(new RegExp(`^${name(1)} +IO/SQL:Yes/Yes`, 'm'));
  });

  it('fifty that do not answer are waited for together', async () => {
    const base = lab.server(0).host.replace(/\d+$/, '');
    const dead = Array.from({ length: 50 }, (_, i) => `${base}${100 + i}`);
    const named = [...dead, ...lab.servers.map(({ host }) => host)];
    // One after the other they would take more than a minute, and the run would throw.
    const { code, stdout } = await screenOf(lab, [...named, account, '--connect_timeout=2'], { limitMs: 50_000 });
    expect(code).toBe(1);
    expect(stdout.match(/ not reachable$/gm)).toHaveLength(50);
    expect(stdout.match(/IO\/SQL:Yes\/Yes/g)).toHaveLength(2);
  });

  it('--watch: a host that is cut off while it is watched, and comes back', async () => {
    const watching = await begin(bin('mysql_replica_status'), [`--conf=${lab.confFile}`, '--watch=0.5']);
    await watching.printed('are level with');
    await lab.cut('manager', 2);
    await watching.printed(new RegExp(`${name(2)} +not reachable`));
    await lab.heal();
    const before = watching.output().length;
    await until('the next good look', 30_000, () => watching.output().slice(before).includes('are level with'));
    process.kill(watching.pid, 'SIGINT');
    expect(await watching.ended).toMatchObject({ code: 0 });
  });

  it('a master that only its replicas cannot reach: Connecting, and what to do', async () => {
    await lab.cut(0, 1);
    await lab.server(0).admin('CREATE TABLE app.while_cut (id INT)');
    const seen = await seenOf(lab);
    expect(seen).toMatchObject({ ok: false, level: false });
    expect(seen.servers.map((s) => s.reachable)).toEqual([true, true, true]);
    expect(seen.servers[1]?.channels[0]).toMatchObject({ level: 'behind' });
    expect(seen.servers[2]?.channels[0]).toMatchObject({ level: 'level' });
  });
});
