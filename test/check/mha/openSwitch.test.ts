import { describe, expect, it } from 'vitest';
import { onlineArguments, runCommand } from '../../support/commands.ts';
import { CONFIGURED, check } from '../../support/mhaCheck.ts';
import { useLab } from '../../support/useLab.ts';
import { isMysql } from '../../tools/lab/kind.ts';
import { MHA_ENV } from '../../tools/lab/mha.ts';

const users = Array.from({ length: 25 }, (_, n) => `teller${n}@'%'`);
const lab = useLab({
  mysqld: CONFIGURED,
  settings: { kill_after_timeout: 0.5 },
  stock: [
    'CREATE TABLE app.orders (id INT PRIMARY KEY)',
    'CREATE EVENT app.tick ON SCHEDULE EVERY 1 DAY DO DO 0',
    ...users.flatMap((user) => [
      `CREATE USER ${user} IDENTIFIED BY 'zpw-x'`,
      `GRANT SELECT, INSERT ON app.orders TO ${user}`,
    ]),
  ],
});

const hook = (command: string) =>
  runCommand('master_ip_online_change', onlineArguments(lab, command, lab.server(0), lab.server(1)));

/** What is not a note, and the note of what follows. */
async function seen() {
  const { result, findings } = await check(lab);
  const all = JSON.parse(result.stdout).findings as { code: string; text: string }[];
  return {
    code: result.code,
    serious: findings.map(({ level, code }) => `${level} ${code}`),
    follows: all.find(({ code }) => code === 'follows_open_switch')?.text,
  };
}

describe.skipIf(isMysql)('a switch is open, and 26 accounts have no rights on the original master', () => {
  it('after stop: the switch is the first line and the only error, the rest is one note', async () => {
    expect((await hook('stop')).code).toBe(0);
    expect(await seen()).toMatchObject({
      code: 1,
      serious: ['error open_switch'],
      follows: expect.stringMatching(/^\d+ findings follow .*master_read_only.*account_differs \(5\d, /),
    });
    const { stdout } = await runCommand('mha_check', [`--conf=${lab.confFile}`], { env: MHA_ENV });
    expect(stdout).toMatch(/^error {4}\S+\.json {2}the\s+switch from/);
    expect(stdout).toMatch(/^1 error, 0 warnings, \d+ notes: not ready for a switch$/m);
  });

  it('an account that differs for another reason stays an error', async () => {
    await lab.server(2).adminAll(['SET sql_log_bin = 0', "CREATE USER odd@'%'"]);
    expect((await seen()).serious).toEqual(['error open_switch', 'warning account_extra']);
    await lab.server(2).adminAll(['SET sql_log_bin = 0', "DROP USER odd@'%'"]);
  });

  it('after a start that MHA did not go on from: it is an error, not a warning among many', async () => {
    expect((await hook('start')).code).toBe(0);
    expect(await seen()).toMatchObject({ code: 1, serious: ['error open_switch'] });
  });
});
