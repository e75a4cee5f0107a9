import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configureHooks } from '../../support/commands.ts';
import { CONFIGURED, check } from '../../support/mhaCheck.ts';
import { helperSettings } from '../../support/state/state.ts';
import { useLab } from '../../support/useLab.ts';
import { accounts } from '../../tools/lab/accounts.ts';
import { isMysql } from '../../tools/lab/kind.ts';
import { until } from '../../tools/lab/wait.ts';

const canMount = process.getuid?.() === 0 && !isMysql;
let disk: string;
let writer: Connection;

beforeAll(async () => {
  if (!canMount) return;
  disk = mkdtempSync(join(tmpdir(), 'mha-small-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
});

afterAll(() => {
  if (!disk) return;
  execFileSync('umount', [disk]);
  rmSync(disk, { recursive: true });
});

describe.skipIf(!canMount)('the disk of the master’s binlog is full', () => {
  const lab = useLab(() => ({ mysqld: CONFIGURED, mysqldEach: [[`--log-bin=${disk}/bin`, '--binlog-format=ROW']] }));
  afterAll(() => writer?.destroy());

  it('is one error that says so, and not as many as there are checks', async () => {
    configureHooks(lab);
    helperSettings(lab, { statement_timeout: 3 });
    await lab.server(0).admin('CREATE TABLE app.t (id INT PRIMARY KEY AUTO_INCREMENT, b LONGTEXT)');
    await lab.waitReplicasLevel();
    writer = await lab.server(0).connect('app', accounts.app.password);
    writer.query("INSERT INTO app.t (b) VALUES (REPEAT('x', 3000000))").catch(() => {});
    const states = () =>
      lab.server(0).admin("SELECT STATE AS state FROM information_schema.PROCESSLIST WHERE USER = 'app'");
    await until('a writer waiting for space', 30_000, async () => /free space/.test(JSON.stringify(await states())));
    const { findings, result } = await check(lab);
    expect(findings).toMatchObject([
      {
        level: 'error',
        code: 'disk_full',
        where: `${lab.server(0).host}:3306`,
        text: expect.stringMatching(/its disk is full: .*app from .*; \d+ checks of it could not be made$/),
      },
    ]);
    expect(result.code).toBe(1);
  });
});
