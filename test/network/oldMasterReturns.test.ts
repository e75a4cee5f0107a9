import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bin, runCommand } from '../support/commands.ts';
import { type LocalLoad, localRowsOn, startLocalLoad } from '../support/scenes/localLoad.ts';
import { start } from '../support/scenes/mha.ts';
import { recover } from '../support/state/judge.ts';
import { useLab } from '../support/useLab.ts';
import { eventsOf } from '../support/zoo/zoo.ts';
import { canUseNamespaces } from '../tools/lab/hosts/namespaces.ts';
import { isMysql } from '../tools/lab/kind.ts';
import { MHA_ENV } from '../tools/lab/mha.ts';
import type { RunResult } from '../tools/lab/run.ts';
import { until } from '../tools/lab/wait.ts';

// MHA 0.58 does not know the statements of MySQL 8.4 and later.
describe.runIf(canUseNamespaces() && !isMysql)(
  'the host of the master is cut off, and applications write on it',
  () => {
    const lab = useLab({
      namespaces: true,
      settings: { connect_timeout: 1 },
      stock: ['CREATE EVENT app.tick ON SCHEDULE EVERY 1 DAY DO DO 0'],
      eachTest: true,
    });
    let load: LocalLoad | undefined;

    beforeEach(async () => {
      load = await startLocalLoad(lab.server(0));
      await lab.waitReplicasLevel();
    });
    afterEach(async () => {
      await load?.stop();
      await lab.heal();
    });

    const name = (index: number) => `${lab.server(index).host}:3306`;
    const conf = () => `--conf=${lab.confFile}`;

    async function cutOff(): Promise<void> {
      for (const other of ['manager', 1, 2] as const) await lab.cut(0, other);
    }

    /** The server that MHA made the master, the rows that only the old one has, and what the load says of them. */
    async function outcome() {
      const made = (await lab.dump()).findIndex((state, index) => index > 0 && state.readOnly === false);
      const written = await load?.stop();
      const [old, next] = [await localRowsOn(lab.server(0)), await localRowsOn(lab.server(made))];
      const missing = (written?.acknowledged ?? []).filter((row) => !next.has(row)).length;
      return { made, lost: [...old].filter((row) => !next.has(row)).length, missing, doubts: written?.doubts ?? 0 };
    }

    /** The number of transactions that a text says are only on the old master, if it does. */
    function namedLost(text: string): number | undefined {
      const flat = text.replace(/\s+/g, ' ').replaceAll(' ! ', ' ');
      const found = new RegExp(`([\\d,]+) transactions? (?:is|are) only on ${name(0)}, lost to`).exec(flat);
      return found ? Number(found[1]?.replaceAll(',', '')) : undefined;
    }

    async function expectClosed(): Promise<void> {
      expect((await lab.dump())[0]?.readOnly).toBe(true);
      expect((await eventsOf(lab.server(0))).filter(({ status }) => status === 'ENABLED')).toEqual([]);
    }

    it('it comes back during mysql_failover: it is closed, and the end counts what is lost', async () => {
      await cutOff();
      const before = load?.count ?? 0;
      await until('rows written on the host that is cut off', 30_000, () => (load?.count ?? 0) > before + 200);
      const failover = await start(bin('mysql_failover'), [lab.server(0).host, conf()]);
      await failover.printed('Phase 3: Master Recovery Phase');
      await lab.heal();
      const { code, stdout, stderr } = await failover.ended;
      const { made, lost, missing, doubts } = await outcome();
      const output = stdout + stderr;
      expect(code, output).toBe(1);
      await expectClosed();
      expect(output).toContain(`TWO MASTERS: ${name(made)} and ${name(0)} both took writes; ${name(0)} was closed`);
      expect(lost).toBeGreaterThan(200);
      expect(namedLost(output), output).toBe(lost);
      expect(lost - missing).toBeGreaterThanOrEqual(0);
      expect(lost - missing).toBeLessThanOrEqual(doubts);
      expect(namedLost((await runCommand('mha_report', [conf()])).stdout)).toBe(lost);
    });

    it('it comes back during the failover of masterha_manager: start closes it, and the record has the number', async () => {
      const manager = await start('masterha_manager', [conf(), '--ignore_last_failover'], { env: MHA_ENV });
      await until('the manager watching', 60_000, () => lab.readManagerLog().includes('Ping(SELECT) succeeded'));
      await cutOff();
      await until('phase 3', 90_000, () => lab.readManagerLog().includes('Phase 3: Master Recovery Phase'));
      await lab.heal();
      await manager.ended;
      const { lost } = await outcome();
      await expectClosed();
      expect(lost).toBeGreaterThan(20);
      expect(namedLost(lab.readManagerLog()), lab.readManagerLog()).toBe(lost);
      expect(namedLost((await runCommand('mha_report', [conf()])).stdout)).toBe(lost);
    });

    it('it comes back afterwards: named by every command, closed by mha_recover, once that is sure who is the master', async () => {
      await cutOff();
      const { code, stdout, stderr } = await runCommand('mysql_failover', [lab.server(0).host, conf()]);
      expect(code, stdout + stderr).toBe(0);
      expect(stdout).toContain(`${name(0)} could not be asked`);
      expect(stdout.replace(/\s+/g, ' ')).toMatch(/has its transactions up to 0-1-\d+; whether it has later ones/);
      await lab.heal();
      await expectNamed();
      const listed = await recover(lab, '--list');
      expect(listed.code, listed.stdout).toBe(1);
      expect(listed.stdout).toContain('to do: close');
      expect((await lab.dump())[0]?.readOnly).toBe(false);
      const recovered = await recover(lab);
      const { made, lost } = await outcome();
      await expectClosed();
      expect(recovered.stdout).toContain(`TWO MASTERS: ${name(made)} and ${name(0)} both took writes`);
      expect(namedLost(recovered.stdout), recovered.stdout).toBe(lost);
      expect(namedLost((await runCommand('mha_report', [conf()])).stdout)).toBe(lost);
      const again = await recover(lab);
      expect(again.code, again.stdout).toBe(0);
      expect(again.stdout).toContain('no switch is open');
    });

    async function expectNamed(): Promise<void> {
      const status: RunResult = await runCommand('mysql_replica_status', [conf()]);
      expect(status.code).toBe(1);
      expect(status.stdout).toMatch(/^TWO MASTERS: /);
      const json = await runCommand('mysql_replica_status', [conf(), '--json']);
      expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, headline: expect.stringMatching(/^TWO MASTERS: /) });
      const checked = await runCommand('mha_check', [conf(), '--json'], { env: MHA_ENV });
      const { findings } = JSON.parse(checked.stdout);
      const two = findings.find(({ code }: { code: string }) => code === 'two_masters');
      expect(two).toMatchObject({ level: 'error', where: name(0) });
      expect(two.text).toMatch(/has [\d,]+ transactions? that \S+ lacks/);
    }
  },
);
