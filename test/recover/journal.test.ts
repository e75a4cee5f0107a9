import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { journalFolder, stateOf } from '../support/process/crash.ts';
import { useLab } from '../support/useLab.ts';
import { stockZoo } from '../support/zoo/zoo.ts';
import { isMysql } from '../tools/lab/kind.ts';

const lab = useLab({ ssh: false, stock: stockZoo });
let before: Awaited<ReturnType<typeof stateOf>>;

beforeAll(async () => {
  before = await stateOf(lab);
});

beforeEach(() => settings(''));

const stop = () => runCommand('master_ip_online_change', onlineArguments(lab, 'stop', lab.server(0), lab.server(1)));
const recover = (...args: string[]) => runCommand('mha_recover', [`--conf=${lab.confFile}`, ...args]);

function settings(text: string): void {
  writeFileSync(lab.confFile.replace(/\.cnf$/, '.helper.cnf'), text);
}

const journalPath = () => join(journalFolder(lab), `${lab.server(0).host}_3306.json`);

/** Says that somebody else has the claim that `stop` left to its caller. */
function rewriteClaim(change: (holder: object) => object): void {
  const path = `${journalPath()}.claim`;
  const claim = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...claim, holders: claim.holders.map(change) }));
}

describe('the journal', () => {
  it('is readable by its owner only, says its format, and is closed into the history', async () => {
    expect((await stop()).code).toBe(0);
    expect(statSync(journalPath()).mode & 0o777).toBe(0o600);
    expect(statSync(journalFolder(lab)).mode & 0o777).toBe(0o700);
    expect(JSON.parse(readFileSync(journalPath(), 'utf8'))).toMatchObject({ format: 1, phase: 'stopped' });
    expect((await recover()).code).toBe(0);
    expect(readdirSync(join(journalFolder(lab), 'history')).length).toBeGreaterThan(0);
    expect(await stateOf(lab)).toEqual(before);
  });

  it('that cannot be written stops the switch before anything is changed', async () => {
    const file = join(lab.folder, 'a-file');
    writeFileSync(file, '');
    settings(`[default]\njournal_dir = ${file}/below\n`);
    const result = await stop();
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/cannot write .*a-file\/below.*nothing was changed/is);
    expect(await stateOf(lab)).toEqual(before);
  });

  it.runIf(process.getuid?.() === 0)('on a full disk: refused before the first change, or put back', async () => {
    for (const kilobytes of [0, 4, 8, 12, 16, 24, 40]) {
      const disk = join(lab.folder, `disk${kilobytes}`);
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
      try {
        mkdirSync(join(disk, 'mha-helper', 'history'), { recursive: true });
        writeFileSync(join(disk, 'filler'), Buffer.alloc((64 - 8 - kilobytes) * 1024));
        settings(`[default]\njournal_dir = ${disk}/mha-helper\n`);
        const result = await stop();
        if (result.code !== 0) expect(result.stderr).toMatch(/ENOSPC|no space/i);
        else expect((await recover()).stdout).toMatch(/put back|ENOSPC/);
        rmSync(join(disk, 'filler'));
        const recovered = await recover();
        expect(recovered.code, recovered.stdout).toBe(0);
        expect(await stateOf(lab), `${kilobytes} KiB free: ${result.stderr}`).toEqual(before);
      } finally {
        execFileSync('umount', ['-l', disk]);
      }
    }
  });

  it('of two switches started at once, lets one win; the other touches nothing', async () => {
    const results = await Promise.all([stop(), stop(), stop()]);
    expect(results.map((r) => r.code).sort()).toEqual([0, 1, 1]);
    for (const lost of results.filter((r) => r.code !== 0))
      expect(lost.stderr).toMatch(/never ended.*mha_recover|stop is at work on this switch: process \d+/s);
    expect((await recover()).code).toBe(0);
    expect(await stateOf(lab)).toEqual(before);
  });

  it('left open makes stop refuse and name mha_recover, and status report it', async () => {
    expect((await stop()).code).toBe(0);
    const again = await stop();
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('mha_recover');
    const status = await runCommand('master_ip_failover', [
      '--command=status',
      `--conf=${lab.confFile}`,
      `--orig_master_host=${lab.server(0).host}`,
    ]);
    expect(status.code).toBe(1);
    expect(status.stderr).toContain('mha_recover');
    expect((await recover('--list')).code).toBe(1);
    expect((await recover('--dry_run')).code).toBe(1);
    const both = await Promise.all([recover(), recover()]);
    expect(both.map((r) => r.code)).toContain(0);
    expect(await stateOf(lab)).toEqual(before);
    expect((await recover('--list')).code).toBe(0);
  });

  it('half written is named, with the way out', async () => {
    expect((await stop()).code).toBe(0);
    const whole = readFileSync(journalPath(), 'utf8');
    writeFileSync(journalPath(), whole.slice(0, whole.length / 2));
    const torn = await recover();
    expect(torn.code).toBe(1);
    expect(torn.stdout).toMatch(/cannot be read.*--from=/s);
    expect((await stop()).code).toBe(1);
    writeFileSync(journalPath(), whole);
    expect((await recover()).code).toBe(0);
    expect(await stateOf(lab)).toEqual(before);
  });

  it('of another manager host is left alone until that host is said to be dead', async () => {
    expect((await stop()).code).toBe(0);
    rewriteClaim((holder) => ({ ...holder, host: 'other-manager' }));
    const refused = await recover();
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('--host_is_dead=other-manager');
    expect((await recover('--host_is_dead=other-manager')).code).toBe(0);
    expect(await stateOf(lab)).toEqual(before);
  });

  it('does not mind a wall clock that jumps', async () => {
    const preload = fileURLToPath(new URL('../support/process/jumpingClock.mjs', import.meta.url));
    const env = { NODE_OPTIONS: `--import=${preload}` };
    const args = onlineArguments(lab, 'stop', lab.server(0), lab.server(1));
    const stopped = await runCommand('master_ip_online_change', args, { env });
    expect(stopped.code, stopped.stdout + stopped.stderr).toBe(0);
    const recovered = await runCommand('mha_recover', [`--conf=${lab.confFile}`], { env });
    expect(recovered.code, recovered.stdout + recovered.stderr).toBe(0);
    expect(await stateOf(lab)).toEqual(before);
  });

  it('distinguishes a reused pid from the process of the switch', async () => {
    expect((await stop()).code).toBe(0);
    rewriteClaim((holder) => ({ ...holder, pid: 1, started: '77' }));
    expect((await recover()).code).toBe(0);
    expect(await stateOf(lab)).toEqual(before);
  });

  it('holds 10,000 accounts', { timeout: 400_000 }, async () => {
    for (const server of lab.servers) await server.adminAll(manyAccounts(10_000));
    const counted = async () =>
      (await lab.server(0).admin("SELECT COUNT(*) AS n FROM mysql.db WHERE User LIKE 'many%'"))[0];
    expect(await counted()).toEqual({ n: 10_000 });
    const stopped = await stop();
    expect(stopped.code, stopped.stdout + stopped.stderr).toBe(0);
    expect(await counted()).toEqual({ n: 0 });
    const recovered = await runCommand('mha_recover', [`--conf=${lab.confFile}`], { limitMs: 300_000 });
    expect(recovered.code, recovered.stdout + recovered.stderr).toBe(0);
    expect(await counted()).toEqual({ n: 10_000 });
  });
});

/** Straight into the tables: ten thousand CREATE USER and GRANT would take longer than the test. */
function manyAccounts(count: number): string[] {
  if (isMysql) return manyOnMysql(count);
  const priv = '{"access":0,"plugin":"mysql_native_password","authentication_string":""}';
  return [
    'SET SESSION sql_log_bin = 0',
    'USE app',
    `INSERT INTO mysql.global_priv SELECT '%', CONCAT('many', seq), '${priv}' FROM seq_1_to_${count}`,
    `INSERT INTO mysql.db (Host, Db, User, Select_priv) SELECT '%', 'app', CONCAT('many', seq), 'Y' FROM seq_1_to_${count}`,
    'FLUSH PRIVILEGES',
  ];
}

function manyOnMysql(count: number): string[] {
  const numbers = `WITH RECURSIVE seq (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM seq WHERE n < ${count})`;
  const columns = 'Host, User, plugin, ssl_cipher, x509_issuer, x509_subject';
  const user = `'%', CONCAT('many', n), 'caching_sha2_password', '', '', ''`;
  return [
    'SET SESSION sql_log_bin = 0, SESSION cte_max_recursion_depth = 100000',
    `INSERT INTO mysql.user (${columns}) ${numbers} SELECT ${user} FROM seq`,
    `INSERT INTO mysql.db (Host, Db, User, Select_priv) ${numbers} SELECT '%', 'app', CONCAT('many', n), 'Y' FROM seq`,
    'FLUSH PRIVILEGES',
  ];
}
