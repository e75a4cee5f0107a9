import { beforeEach, expect, it } from 'vitest';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { slowLogin } from '../support/proxy/slowLogin.ts';
import { useLab } from '../support/useLab.ts';
import { accounts } from '../tools/lab/accounts.ts';

const name = `${accounts.app.user}@'%'`;
const lab = useLab({
  servers: 2,
  ssh: false,
  settings: { kill_after_timeout: 1 },
  stock: [
    'CREATE TABLE app.orders (id INT PRIMARY KEY AUTO_INCREMENT, total INT)',
    `GRANT SUPER, SELECT, INSERT ON *.* TO ${name}`,
  ],
  eachTest: true,
});

beforeEach(async () => {
  // So that MySQL knows the password and does not ask for it in full.
  await (await lab.server(0).connect(accounts.app.user, accounts.app.password)).end();
});

const rows = async () => (await lab.server(0).admin('SELECT COUNT(*) AS n FROM app.orders'))[0]?.n;

it('a login that is under way when the rights are taken is ended', async () => {
  const client = await slowLogin(lab.server(0).host, lab.server(0).port);
  const { code, stdout, stderr } = await runCommand(
    'master_ip_online_change',
    onlineArguments(lab, 'stop', lab.server(0), lab.server(1)),
  );
  expect(code, stdout + stderr).toBe(0);
  await expect(client.finish().then(() => client.query('INSERT INTO app.orders (total) VALUES (1)'))).rejects.toThrow(
    'the server has closed the connection',
  );
  client.close();
  expect(await rows()).toBe(0);
});

it('and before, it is like any other', async () => {
  const client = await slowLogin(lab.server(0).host, lab.server(0).port);
  expect(await client.finish()).toBe(true);
  expect(await client.query('INSERT INTO app.orders (total) VALUES (1)')).toBeUndefined();
  client.close();
  expect(await rows()).toBe(1);
});
