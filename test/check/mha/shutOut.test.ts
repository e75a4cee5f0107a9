import { describe, expect, it } from 'vitest';
import { runCommand } from '../../support/commands.ts';
import { outputs } from '../../support/mhaCheck.ts';
import { useLab } from '../../support/useLab.ts';
import { secretsIn } from '../../support/zoo/secrets.ts';

const lab = useLab({
  stock: [
    'CREATE TABLE app.orders (id INT PRIMARY KEY)',
    "CREATE USER teller@'%' IDENTIFIED BY 'zpw-teller'",
    "GRANT SELECT, INSERT ON app.orders TO teller@'%'",
    "CREATE USER watcher@'%' IDENTIFIED BY 'zpw-watcher'",
    "GRANT PROCESS ON *.* TO watcher@'%'",
    "CREATE USER nobody@'%' IDENTIFIED BY 'zpw-nobody'",
  ],
});

describe('--accounts', () => {
  const accounts = (args: readonly string[] = []) =>
    runCommand('mha_check', [`--conf=${lab.confFile}`, '--accounts', ...args]);

  it('says who would be shut out and how, who is kept and why, and who has nothing to lose', async () => {
    const result = await accounts(['--json']);
    outputs.push(result.stdout);
    const { shutOut, kept, leftAlone, ...rest } = JSON.parse(result.stdout);
    expect(rest).toMatchObject({ master: `${lab.server(0).host}:3306`, blockMethod: 'revoke' });
    expect(shutOut).toContainEqual({ account: "'teller'@'%'", how: 'revoked' });
    expect(kept).toContainEqual({ account: "'root'@'%'", how: 'kept', why: 'root' });
    expect(kept).toContainEqual({ account: "'repl'@'%'", how: 'kept', why: 'the replication account' });
    expect(kept).toContainEqual({ account: "'watcher'@'%'", how: 'kept', why: 'may only look or replicate' });
    expect(leftAlone).toContainEqual({
      account: "'nobody'@'%'",
      how: 'left alone',
      why: 'has no privileges to revoke',
    });
  });

  it('the definer of a trigger is locked, with the reason; the text says it too', async () => {
    const master = lab.server(0);
    await master.adminAll([
      "GRANT TRIGGER ON app.orders TO teller@'%'",
      "CREATE DEFINER = teller@'%' TRIGGER app.t BEFORE INSERT ON app.orders FOR EACH ROW SET @x = 1",
    ]);
    await lab.waitReplicasLevel();
    const { stdout, code } = await accounts();
    outputs.push(stdout);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}locked {3}'teller'@'%' +trigger app\.t runs with its rights/m);
    expect(stdout).toMatch(/^ {2}'root'@'%' +root$/m);
    await master.admin('DROP TRIGGER app.t');
    await lab.waitReplicasLevel();
    expect((await accounts()).stdout).toMatch(/^ {2}revoked {2}'teller'@'%'$/m);
  });
});

it('no password and no hash is in any output', async () => {
  expect(outputs.length).toBeGreaterThan(1);
  expect(await secretsIn(lab, outputs)).toEqual([]);
});
