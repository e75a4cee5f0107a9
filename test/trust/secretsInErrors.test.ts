import { beforeAll, expect, it } from 'vitest';
import { readReplicaNow } from '../../src/capabilities/replication/channels.ts';
import { readIdentity } from '../../src/capabilities/replication/identity.ts';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { mhaSession } from '../support/mhaSession.ts';
import { useLab } from '../support/useLab.ts';
import { isMysql, SQL } from '../tools/lab/kind.ts';
import { until } from '../tools/lab/wait.ts';

const HASH = `*${'0123456789ABCDEF'.repeat(3).slice(0, 40)}`;
const CREATE = isMysql
  ? "CREATE USER twice@'%' IDENTIFIED BY 'zpw-twice'"
  : `CREATE USER twice@'%' IDENTIFIED BY PASSWORD '${HASH}'`;

const lab = useLab({ ssh: false });

/** The new master's replication stops at a statement with a password in it, which its error quotes. */
beforeAll(async () => {
  await lab.server(1).adminAll(['SET sql_log_bin = 0', "CREATE USER twice@'%'"]);
  await lab.server(0).admin(CREATE);
  const stopped = async () => String((await lab.server(1).admin(SQL.replicaStatus))[0]?.Last_SQL_Error) !== '';
  await until('the error of the replica', 20_000, stopped);
});

const SECRETS = [HASH, 'zpw-twice', '$A$005$'];

it.each([
  ['stop', 'master_ip_online_change', () => onlineArguments(lab, 'stop', lab.server(0), lab.server(1))],
  ['mha_check', 'mha_check', () => [`--conf=${lab.confFile}`]],
  ['mysql_replica_status', 'mysql_replica_status', () => [`--conf=${lab.confFile}`]],
] as const)('%s tells the error of a replica without the password in it', async (_, command, args) => {
  const result = await runCommand(command, args());
  const output = result.stdout + result.stderr;
  expect(result.code, output).not.toBe(0);
  expect(output.replace(/\s+/g, ' ')).toMatch(/CREATE USER|applier_status_by_worker/);
  for (const secret of SECRETS) expect(output).not.toContain(secret);
});

it.each([
  ['readIdentity', readIdentity],
  ['readReplicaNow', readReplicaNow],
])('what stop reads of a replica has no password in it: %s', async (_, read) => {
  const session = await mhaSession(lab, lab.server(1));
  const found = JSON.stringify(await read(session));
  await session.close();
  expect(found).toMatch(/CREATE USER|applier_status_by_worker/);
  for (const secret of SECRETS) expect(found).not.toContain(secret);
});

it.each([
  [`CREATE USER broken@'%' IDENTIFIED BY PASSWORD '${HASH}' nonsense`],
  ["CREATE USER broken@'%' nonsense IDENTIFIED BY 'zpw-twice'"],
])('an error that quotes our own statement has no password in it: %s', async (sql) => {
  const session = await mhaSession(lab, lab.server(0));
  const error = await session.rows(sql).then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  expect(error?.message).toContain('You have an error in your SQL syntax');
  for (const secret of SECRETS) expect(error?.message).not.toContain(secret);
  await session.close();
});
