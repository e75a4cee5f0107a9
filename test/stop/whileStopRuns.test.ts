import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FEW } from '../support/byHand.ts';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { comparableRights, differences } from '../support/dbaDeeds.ts';
import { openServers, recover, wantedOf, wrongAtTheEnd } from '../support/state/judge.ts';
import { openJournals } from '../support/state/state.ts';
import { useLab, useProxies } from '../support/useLab.ts';
import { SQL } from '../tools/lab/kind.ts';
import type { RunResult } from '../tools/lab/run.ts';

const [A, B] = [0, 1];

const lab = useLab({ ssh: false, settings: { kill_after_timeout: 0.5, undo_timeout: 6 }, stock: FEW, eachTest: true });
const proxied = useProxies(lab);

const stop = () =>
  runCommand('master_ip_online_change', onlineArguments(lab, 'stop', proxied.proxy(A), proxied.proxy(B)));

async function expectDone(result: Promise<RunResult>): Promise<string> {
  const { code, stdout, stderr } = await result;
  expect(code, stdout + stderr).toBe(0);
  return stdout + stderr;
}

/** A switch of the same master that was put back, and whose process died before it moved the journal to the history. */
async function leaveEndedJournal(): Promise<void> {
  await expectDone(stop());
  const [path = ''] = openJournals(lab);
  const data = JSON.parse(readFileSync(path, 'utf8'));
  await expectDone(recover(lab));
  writeFileSync(path, JSON.stringify({ ...data, phase: 'undone' }), { mode: 0o600 });
}

describe('stop that finds the journal of a switch that had ended', () => {
  it('closes it, and is still named as at work on its own', async () => {
    await leaveEndedJournal();
    const wanted = await wantedOf(lab);
    let said = '';
    proxied.proxy(B).inject({
      when: 'before',
      match: ({ sql }) => /SET GLOBAL\b.*read_only/is.test(sql),
      fate: async () => {
        const [path = ''] = openJournals(lab);
        const { code, stdout, stderr } = await recover(lab);
        said = `${code}, claim: ${existsSync(`${path}.claim`)}: ${(stdout + stderr).replace(/\s+/g, ' ')}`;
      },
    });
    await expectDone(stop());
    expect(said).toMatch(/^1, claim: true: .*stop is at work on this switch/);
    await expectDone(recover(lab));
    expect(await wrongAtTheEnd(lab, wanted)).toEqual([]);
  });
});

describe('rights that a DBA gives after the checks of stop, just before everybody is shut out', () => {
  const givenLate = (give: () => Promise<unknown>) =>
    proxied.proxy(A).inject({
      when: 'before',
      match: ({ sql }) => sql.includes('password_last_changed'),
      fate: async () => void (await give()),
    });

  /** The new master hears of the account, and of nothing after it: that is why `stop` fails. */
  const deeds = async () => {
    await lab.server(A).admin("CREATE USER newcomer@'%' IDENTIFIED BY 'zpw-newcomer'");
    await lab.waitReplicasLevel();
    await lab.server(B).admin(`${SQL.stop} SQL_THREAD`);
    await lab
      .server(A)
      .adminAll(["GRANT SELECT, DELETE ON app.orders TO newcomer@'%'", "GRANT DELETE ON app.orders TO teller@'%'"]);
  };

  it('are there again after stop has failed, although the new master has not heard of them', async () => {
    let due: Record<string, string[]> = {};
    givenLate(async () => {
      await deeds();
      due = await comparableRights(lab, A);
    });
    const { code, stdout, stderr } = await stop();
    const output = stdout + stderr;
    expect(code, output).toBe(1);
    expect(output).toMatch(/privileges revoked/);
    expect(output).toMatch(/no longer replicates/);
    expect(Object.keys(due)).toContain("'newcomer'@'%'");
    expect(differences(await comparableRights(lab, A), due), output).toEqual([]);
    expect(output).not.toMatch(/lost a right|dropped or renamed/);
    expect(await openServers(lab)).toEqual([A]);
    expect(openJournals(lab)).toEqual([]);
  });

  it('are there again although another one of the same account was taken meanwhile, which is not', async () => {
    givenLate(() => lab.server(A).adminAll(['SET sql_log_bin = 0', "GRANT DELETE ON app.orders TO teller@'%'"]));
    await expectDone(stop());
    await lab.server(B).admin("REVOKE INSERT ON app.orders FROM teller@'%'");
    const output = await expectDone(recover(lab));
    const teller = (await comparableRights(lab, A))["'teller'@'%'"]?.join('; ');
    expect(teller, output).toMatch(/GRANT SELECT, DELETE ON `app`\.`orders`/);
    expect(output).toMatch(/'teller'@'%' lost a right \(GRANT INSERT ON/);
    expect(output).not.toMatch(/lost a right \(GRANT .*DELETE/);
  });
});
