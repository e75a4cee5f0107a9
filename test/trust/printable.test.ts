import { createConnection } from 'mysql2/promise';
import { expect, it } from 'vitest';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { useLab } from '../support/useLab.ts';

/** Clears the screen, and begins a line that looks like one of ours. */
const FORGED = 'Sat Nov 21 03:11:01 2026 - [info] all is well';
const NAME = `e\u001b[2J\r\n${FORGED.slice(0, 19)}`;
const TABLE = `t\u001b[31m\n${FORGED}`;

const lab = useLab({
  ssh: false,
  settings: { kill_after_timeout: 0.2 },
  stock: [
    `CREATE USER ${literal(NAME)}@'%' IDENTIFIED BY 'zpw-evil'`,
    `CREATE TABLE app.\`${TABLE}\` (id INT)`,
    `GRANT SELECT ON app.\`${TABLE}\` TO ${literal(NAME)}@'%'`,
    `CREATE EVENT app.\`${TABLE}\` ON SCHEDULE EVERY 1 DAY DO DO 0`,
    `GRANT SELECT ON app.* TO ${literal(NAME)}@'%'`,
  ],
});

function literal(text: string): string {
  return `'${text}'`;
}

function expectPlain(output: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  expect(output.split('\n').filter((line) => line.startsWith('Sat Nov 21 03:11'))).toEqual([]);
}

const hook = (command: string) =>
  runCommand('master_ip_online_change', onlineArguments(lab, command, lab.server(0), lab.server(1)));

it('what the hooks print has neither escape sequences nor forged lines in it, whatever accounts and tables are called', async () => {
  const { host, port } = lab.server(0);
  const session = await createConnection({ host, port, user: NAME, password: 'zpw-evil' });
  session.on('error', () => {});
  await session.query('BEGIN');
  await session.query(`SELECT * FROM app.\`${TABLE}\``);
  const stopped = await hook('stop');
  expect(stopped.code, stopped.stderr).toBe(0);
  await lab.server(1).adminAll(['SET sql_log_bin = 0', `DROP TABLE app.\`${TABLE}\``]);
  const started = await hook('start');
  expect([0, 10]).toContain(started.code);
  for (const { stdout, stderr } of [stopped, started]) expectPlain(stdout + stderr);
  session.destroy();
});

it('nor has a refusal', async () => {
  await lab.reset();
  await lab.server(0).admin(`CREATE USER ${literal(NAME)}@'%' IDENTIFIED BY 'zpw-evil'`);
  await lab.server(0).admin(`GRANT SELECT ON app.* TO ${literal(NAME)}@'%'`);
  await lab.waitReplicasLevel();
  await lab.server(1).adminAll(['SET sql_log_bin = 0', `DROP USER ${literal(NAME)}@'%'`]);
  const refused = await hook('stop');
  expect(refused.code, refused.stdout).toBe(1);
  expect(refused.stderr).toContain(`'e\\u001b[2J\\u000d\\u000aSat Nov 21 03:11:01'@'%' is missing on`);
  expectPlain(refused.stdout + refused.stderr);
});
