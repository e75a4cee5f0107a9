import { appendFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { configureHooks, runCommand } from '../support/commands.ts';
import { expectNothingLost, leftRunning, openJournals, start, underLoad } from '../support/scenes/mha.ts';
import { openServers, recover, type Wanted, wantedOf, wrongAtTheEnd } from '../support/state/judge.ts';
import { ANY_LAG, useLab } from '../support/useLab.ts';
import { stockZoo } from '../support/zoo/zoo.ts';
import { isMysql, SQL } from '../tools/lab/kind.ts';
import { MHA_ENV, runMha } from '../tools/lab/mha.ts';
import { until } from '../tools/lab/wait.ts';

/** How often each kind of switch is run; a planned one goes there and back each time. */
const ROUNDS = Number(process.env.MHA_HELPER_ROUNDS ?? 1);
const rounds = Array.from({ length: ROUNDS }, (_, index) => [index + 1]);

const MODES = isMysql ? ['by GTID', 'by file and position'] : ['by file and position'];
const NO_MASTER = [{}, {}, { no_master: 1 }];

describe.each(MODES)('MHA moves the master of replicas that go %s, under eight clients', (mode) => {
  const positions = mode !== 'by GTID';
  const lab = useLab({ settings: ANY_LAG, stock: stockZoo, eachTest: true, positions, mhaEach: NO_MASTER });
  let before: Wanted;

  beforeEach(async () => {
    configureHooks(lab, NO_MASTER);
    // By GTID, MHA takes what no replica has received from a binlog server only: here the dead master's own host.
    if (!positions) appendFileSync(lab.confFile, binlogServer());
    if (isMysql) for (const n of [1, 2]) await lab.server(n).admin('SET GLOBAL super_read_only = 1');
    before = await wantedOf(lab);
  });

  function binlogServer(): string {
    const { host, dataDir, sshPort } = lab.server(0);
    return `\n[binlog1]\nhostname=${host}\nno_master=1\nmaster_binlog_dir=${dataDir}\nssh_port=${sshPort}\n`;
  }

  async function expectMoved(to: number, output: string): Promise<void> {
    expect(await wrongAtTheEnd(lab, { ...before, master: to }), output).toEqual([]);
    const { host, port } = lab.server(to);
    for (const [index, state] of (await lab.dump()).entries()) {
      if (!state.running || index === to) continue;
      expect(state, output).toMatchObject({ readOnly: true, master: `${host}:${port}`, io: 'Yes', sql: 'Yes' });
    }
    expect(openJournals(lab)).toEqual([]);
    expect(leftRunning(lab)).toEqual([]);
    if (!isMysql) return;
    const [row] = await lab.server(2).admin('SELECT @@GLOBAL.super_read_only AS value');
    expect(row?.value, 'super_read_only of the third server').toBe(1);
  }

  it('masterha_check_ssh and masterha_check_repl pass', async () => {
    for (const program of ['masterha_check_ssh', 'masterha_check_repl']) {
      const { code, stdout, stderr } = await runMha(program, [`--conf=${lab.confFile}`]);
      expect(code, stdout + stderr + lab.readManagerLog()).toBe(0);
    }
  });

  it.each(rounds)('a planned switch there and back loses nothing (%i)', async () => {
    const { load } = await underLoad(lab, async () => {
      for (const to of [1, 0]) {
        const args = [`--conf=${lab.confFile}`, `--new_master_host=${lab.server(to).host}`];
        const { code, stdout, stderr } = await runCommand('mysql_online_failover', args);
        expect(code, stdout + stderr).toBe(0);
      }
    });
    await expectNothingLost(lab, load);
    await expectMoved(0, '');
  });

  it.each(rounds)(
    'a killed master, and a replica that lags over a rotation of its binlog, lose nothing (%i)',
    async () => {
      // Its status call notes which events are off.
      expect((await runMha('masterha_check_repl', [`--conf=${lab.confFile}`])).code, lab.readManagerLog()).toBe(0);
      const { result, load } = await underLoad(lab, async () => {
        await lab.server(2).admin(`${SQL.stop} IO_THREAD`);
        await lab.server(0).admin('FLUSH BINARY LOGS');
        await lab.server(0).admin('DO SLEEP(0.5)');
        await lab.server(0).kill9();
        return runCommand('mysql_failover', [lab.server(0).host, `--conf=${lab.confFile}`], { limitMs: 200_000 });
      });
      const output = result.stdout + result.stderr;
      expect(result.code, output).toBe(0);
      await expectNothingLost(lab, load);
      await expectMoved(1, output);
      const proved = positions && isMysql ? 'rests on MHA’s word' : 'rows: 2 servers compared';
      expect(output.replace(/\s+/g, ' ')).toContain(proved);
    },
  );

  it.each(rounds)('masterha_manager fails over by itself when the master is killed (%i)', async () => {
    const manager = await start('masterha_manager', [`--conf=${lab.confFile}`], { env: MHA_ENV, limitMs: 200_000 });
    const log = () => lab.readManagerLog();
    await until('the manager', 60_000, () => log().includes('Ping(SELECT) succeeded'), log);
    const { result, load } = await underLoad(lab, async () => {
      await lab.server(0).kill9();
      return manager.ended;
    });
    expect(result.code, log()).toBe(0);
    await expectNothingLost(lab, load);
    expect(await openServers(lab)).toEqual([1]);
    const { code, stdout, stderr } = await recover(lab, `--is_down=${lab.server(0).host}:${lab.server(0).port}`);
    expect(code, stdout + stderr).toBe(0);
    await expectMoved(1, log());
  });
});
