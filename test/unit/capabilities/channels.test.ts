import { describe, expect, it } from 'vitest';
import { DIALECT_QUESTIONS, dialectOf } from '../../../src/adapters/mysql/dialect.ts';
import type { Row, Session } from '../../../src/adapters/mysql/session.ts';
import { readChannels, readReplicaNow } from '../../../src/capabilities/replication/channels.ts';
import { readReplicationStatus } from '../../../src/capabilities/replication/readStatus.ts';

const HASH = `*${'0123456789ABCDEF'.repeat(3).slice(0, 40)}`;
const SALTED = '$A$005$salt\nmore salt';
const SECRETS = [HASH, '$A$005$', 'salt', 'zpw-secret'];
const statement = (password: string) =>
  `Error 'Operation CREATE USER failed' on query. Default database: ''. Query: 'CREATE USER a ${password}'`;

const stopped: Row = {
  ...{ Master_Host: 'db1', Master_Port: 3306, Master_User: 'repl', Master_Server_Id: 1, Channel_Name: '' },
  ...{ Slave_IO_Running: 'No', Slave_SQL_Running: 'No', Seconds_Behind_Master: null },
  ...{ Last_IO_Errno: 1045, Last_IO_Error: `Access denied: ${HASH} ${SALTED}` },
  ...{ Last_SQL_Errno: 1396, Last_SQL_Error: statement("IDENTIFIED BY 'zpw-secret'") },
};
const appliers: Row[] = [{ channel: '', code: 1396, message: statement(`IDENTIFIED WITH x AS '${SALTED}'`) }];

/** A server that gives these answers; all other statements have no rows. */
function session(row: Row): Session {
  const mysql = { Variable_name: 'mandatory_roles', Value: '' };
  const answer = async (sql: string) => {
    if (sql.includes('applier_status_by_worker')) return appliers;
    return /STATUS$/.test(sql) && /REPLICA|SLAVE/.test(sql) ? [row] : [];
  };
  return {
    server: { host: 'db2', port: 3306 },
    rows: answer,
    many: (statements: readonly string[]) => Promise.all(statements.map(answer)),
    dialect: async () => dialectOf(DIALECT_QUESTIONS.map((_, at) => (at === 0 ? [mysql] : []))),
  } as unknown as Session;
}

describe('no reader of the replica status hands on a secret', () => {
  it.each([
    ['readChannels', readChannels],
    ['readReplicaNow', readReplicaNow],
    ['readReplicationStatus', readReplicationStatus],
  ])('%s', async (_, read) => {
    const found = JSON.stringify(await read(session(stopped)));
    expect(found).toContain('CREATE USER a');
    for (const secret of SECRETS) expect(found).not.toContain(secret);
  });
});

describe('a channel', () => {
  const running = { ...stopped, Slave_IO_Running: 'Yes', Slave_SQL_Running: 'Yes', Seconds_Behind_Master: 7 };
  const read = async (row: Row) => (await readChannels(session(row)))[0];

  it('has the errors of the threads that do not run, the IO thread first', async () => {
    expect((await read(stopped))?.errors.map(({ thread, code }) => [thread, code])).toEqual([
      ['IO', 1045],
      ['SQL', 1396],
    ]);
    expect((await read({ ...stopped, Slave_IO_Running: 'Yes' }))?.lastError).toMatch(/^Error 'Operation CREATE USER/);
    expect(await read(running)).toMatchObject({ errors: [], lastError: '', secondsBehind: 7 });
  });

  it('has no lag unless both threads run, and no position before its first event', async () => {
    const read0 = await read({ ...running, Slave_IO_Running: 'Connecting', Relay_Master_Log_File: '' });
    expect(read0).toMatchObject({ secondsBehind: undefined, executed: undefined, read: undefined });
  });

  it('is the same in the words of MySQL 8.4', async () => {
    const words = (name: string) =>
      name
        .replace('Slave_', 'Replica_')
        .replace(/Master_(?!$)/, 'Source_')
        .replace(/_Master$/, '_Source');
    const renamed = Object.fromEntries(Object.entries(running).map(([name, value]) => [words(name), value]));
    expect(Object.keys(renamed)).toContain('Seconds_Behind_Source');
    expect(await read(renamed)).toEqual(await read(running));
  });
});
