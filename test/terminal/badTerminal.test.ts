import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bin, runCommand } from '../support/commands.ts';
import { failingAt } from '../support/process/badOutputs.ts';
import { inTerminal } from '../support/process/terminal.ts';
import { leftRunning, openJournals, stateOf } from '../support/scenes/mha.ts';
import { ANY_LAG, useLab } from '../support/useLab.ts';
import { stockZoo } from '../support/zoo/zoo.ts';
import { until } from '../tools/lab/wait.ts';

const lab = useLab({ settings: ANY_LAG, stock: stockZoo });

const masters = async () => (await lab.dump()).flatMap((s, i) => (s.readOnly === false ? [i] : []));
const masterNow = async () => (await masters())[0] ?? -1;
const onlineTo = (index: number) => [`--conf=${lab.confFile}`, `--new_master_host=${lab.server(index).host}`, '--yes'];

/** In a terminal; its exit code, which nobody else sees when the terminal is gone, goes to a file. */
function inLostTerminal(index: number) {
  const codeFile = join(mkdtempSync(join(lab.folder, 'code-')), 'code');
  const line = [bin('mysql_online_failover'), ...onlineTo(index), '--verbose'].join(' ');
  // The kernel hangs up on the shell that leads the session and, when that has died, on whoever is in the foreground.
  const script = `'(trap "" HUP; ${line}; echo $? >${codeFile}.new; mv ${codeFile}.new ${codeFile}) & wait'`;
  const code = async () => {
    await until('the exit code', 100_000, () => readOr(codeFile) !== '');
    return Number(readOr(codeFile));
  };
  return { ...inTerminal('sh', ['-c', script]), code };
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

describe('a terminal that is lost', () => {
  it.each([
    ['while MHA waits, both masters being closed', 'Waiting to execute all relay logs', 'FLUSH TABLES WITH READ LOCK'],
  ])(
    '%s: everything is put back',
    async (_, text, hold) => {
      const from = await masterNow();
      const to = from === 0 ? 1 : 0;
      const before = await stateOf(lab);
      const held = await lab.server(to).connect(lab.mha.user, lab.mha.password);
      held.on('error', () => {});
      await held.query(hold);
      const run = inLostTerminal(to);
      await run.printed(text);
      run.hangUp();
      const code = await run.code();
      await held.end().catch(() => held.destroy());
      await lab.waitReplicasLevel();
      expect(code).toBeGreaterThan(0);
      expect(await stateOf(lab)).toEqual(before);
      expect(openJournals(lab)).toEqual([]);
      expect(leftRunning(lab)).toEqual([]);
    },
    200_000,
  );

  it('is stopped (Ctrl-S): the switch ends all the same, and is shown once it goes on (Ctrl-Q)', async () => {
    const to = (await masterNow()) === 0 ? 1 : 0;
    const run = inTerminal(bin('mysql_online_failover'), onlineTo(to));
    await run.printed('MHA: ');
    run.type('\u0013');
    await until('the switch', 60_000, async () => (await masterNow()) === to && openJournals(lab).length === 0);
    run.type('\u0011');
    expect(await run.ended, run.output()).toBe(0);
    expect(run.output()).toContain(`The master is ${lab.server(to).host}:3306`);
  });
});

describe('output that fails from the nth line on', () => {
  it('mysql_online_failover moves the master', async () => {
    const whole = await runCommand('mysql_online_failover', onlineTo((await masterNow()) === 0 ? 1 : 0));
    expect(whole.code, whole.stdout + whole.stderr).toBe(0);
    for (let line = 0; line < whole.stdout.split('\n').length; line += EVERY) {
      const to = (await masterNow()) === 0 ? 1 : 0;
      const { code, stdout, stderr } = await failingAt(line, 'mysql_online_failover', onlineTo(to));
      expect(code, `line ${line}: ${stdout}${stderr}`).toBe(0);
      expect(await masters(), `line ${line}`).toEqual([to]);
      expect(openJournals(lab)).toEqual([]);
    }
  }, 900_000);

  it('mysql_failover makes a new master', async () => {
    for (let line = 0; line < FAILOVER_LINES; line += EVERY) {
      await lab.reset();
      await lab.server(0).kill9();
      const { code, stdout, stderr } = await failingAt(line, 'mysql_failover', [
        lab.server(0).host,
        `--conf=${lab.confFile}`,
      ]);
      expect(code, `line ${line}: ${stdout}${stderr}`).toBe(0);
      expect(await masters(), `line ${line}`).toHaveLength(1);
    }
  }, 900_000);
});

/** Set CUT_EVERY=1 to try each line: some 130, four seconds each. */
const EVERY = Number(process.env.CUT_EVERY ?? 25);

const FAILOVER_LINES = 200;
