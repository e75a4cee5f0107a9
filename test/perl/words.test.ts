import { expect, it } from 'vitest';
import { perlResults } from '../support/perl.ts';

const translate = (statements: readonly string[], channel = "''") =>
  perlResults<string>(
    'masterha_manager',
    'MHACompat::Statements::translated(@_)',
    statements.map((sql) => [sql, channel, 'db1:3306 (8.4.5)']),
  );

it.each([
  ['SHOW SLAVE STATUS', 'SHOW REPLICA STATUS'],
  ['SHOW MASTER STATUS', 'SHOW BINARY LOG STATUS'],
  ['STOP SLAVE SQL_THREAD', 'STOP REPLICA SQL_THREAD'],
  ['RESET SLAVE /*!50516 ALL */', 'RESET REPLICA ALL'],
  ["CHANGE MASTER TO MASTER_HOST='dummy_host'", "CHANGE REPLICATION SOURCE TO SOURCE_HOST='dummy_host'"],
  ['SELECT MASTER_POS_WAIT(?,?,0) AS Result', "SELECT SOURCE_POS_WAIT(?,?,0,'main') AS Result"],
  ['SET GLOBAL read_only=1', 'SET GLOBAL read_only=1'],
  ['SELECT @@global.relay_log_purge As Value', 'SELECT @@global.relay_log_purge As Value'],
])('%s is sent as %s', async (mha, sent) => {
  expect(await translate([mha], "'main'")).toEqual([sent]);
});

it('a statement that the server would not understand dies with a sentence that shows no password', async () => {
  const unknown = [
    'SHOW SLAVE HOSTS',
    'PURGE MASTER LOGS TO ?',
    'RESET MASTER',
    'SELECT WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS(?,0) AS Result',
    'SELECT @@global.relay_log_info_file AS Value',
    'SELECT user, host, password FROM mysql.user WHERE user REGEXP ? AND host REGEXP ?',
    "CHANGE MASTER TO MASTER_PASSWORD='secret'",
  ];
  const said = await translate(unknown);
  said.forEach((sentence, index) => {
    expect(sentence).toContain('db1:3306 (8.4.5) does not understand');
    expect(sentence).toContain(unknown[index]?.replace(/'.*/, "'..."));
    expect(sentence).not.toContain('secret');
  });
});

const TO = "CHANGE MASTER TO MASTER_HOST='10.0.0.2', MASTER_PORT=3306, MASTER_USER='repl'";
const BECOMES = "CHANGE REPLICATION SOURCE TO SOURCE_HOST='10.0.0.2', SOURCE_PORT=3306, SOURCE_USER='repl'";
const change = (statements: readonly string[], options = {}, channel = "''") =>
  perlResults<string>(
    'masterha_manager',
    'MHACompat::ChangeSource::translated(@_)',
    statements.map((sql) => [sql, options, channel]),
  );

it.each([
  ['', ", MASTER_LOG_FILE='b.000001', MASTER_LOG_POS=4", ", SOURCE_LOG_FILE='b.000001', SOURCE_LOG_POS=4"],
  ['secret', ", MASTER_LOG_FILE='b.000001', MASTER_LOG_POS=4", ", SOURCE_LOG_FILE='b.000001', SOURCE_LOG_POS=4"],
  ['', ', MASTER_AUTO_POSITION=1', ', SOURCE_AUTO_POSITION=1'],
  ['secret', ', MASTER_AUTO_POSITION=1', ', SOURCE_AUTO_POSITION=1'],
])('CHANGE MASTER with password %j%s', async (password, where, to) => {
  const [mha, sent] = password ? [`, MASTER_PASSWORD='${password}'`, `, SOURCE_PASSWORD='${password}'`] : ['', ''];
  const off = to.includes('LOG_FILE') ? ', SOURCE_AUTO_POSITION=0' : '';
  expect(await change([TO + mha + where])).toEqual([BECOMES + sent + to + off]);
  const more = ", GET_SOURCE_PUBLIC_KEY=1, SOURCE_SSL=1 FOR CHANNEL 'main'";
  const options = { SOURCE_SSL: '1', GET_SOURCE_PUBLIC_KEY: '1' };
  expect(await change([TO + mha + where], options, "'main'")).toEqual([BECOMES + sent + to + off + more]);
});

it('passwords go as they are if they are whole SQL texts; others die with a sentence that does not show them', async () => {
  const whole = ['', 'a, MASTER_LOG_POS=5', 'SOURCE_x "$`#;%s%', "it\\'s", "it''s", 'back\\\\', 'line\nbreak', 'ü\\n'];
  const broken = ["it's", 'back\\', "x', MASTER_AUTO_POSITION=1; DROP TABLE t; -- "];
  const statement = (password: string) => `${TO}, MASTER_PASSWORD='${password}', MASTER_AUTO_POSITION=1`;
  const sent = (password: string) => `${BECOMES}, SOURCE_PASSWORD='${password}', SOURCE_AUTO_POSITION=1`;
  expect(await change(whole.map(statement))).toEqual(whole.map(sent));
  for (const [index, said] of (await change(broken.map(statement))).entries()) {
    expect(said).toMatch(/^died: MHACompat: repl_user or repl_password in MHA's file holds a quote or a backslash/);
    expect(said).not.toContain(broken[index]);
  }
});

it('rows have MHA’s columns and states besides the server’s', async () => {
  const row = {
    Source_Host: 'h',
    Read_Source_Log_Pos: 5,
    Seconds_Behind_Source: 0,
    Replica_IO_State: 'Waiting for source to send event',
    Replica_SQL_Running: 'Yes',
    Replicate_Do_DB: 'x',
  };
  const states = [
    'Replica has read all relay log; waiting for more updates',
    'Waiting for work from SQL thread',
    'Sending Replica has read',
  ];
  const inputs = [[row], ...states.map((State) => [{ State }])];
  const [status, ...rest] = await perlResults('masterha_manager', 'MHACompat::Rows::to_old_words(@_)', inputs);
  expect(status).toEqual({
    ...row,
    ...{ Master_Host: 'h', Read_Master_Log_Pos: 5, Seconds_Behind_Master: 0, Slave_SQL_Running: 'Yes' },
    Slave_IO_State: 'Waiting for master to send event',
  });
  expect(rest).toEqual([
    { State: 'Slave has read all relay log; waiting for more updates' },
    { State: 'Waiting for an event from Coordinator' },
    { State: 'Sending Replica has read' },
  ]);
});

it.each([
  ['5.7.44-log', true],
  ['8.0.36-28.1', true],
  ['8.3.0', true],
  ['8.4.0', false],
  ['8.10.1', false],
  ['9.7.4-2', false],
  ['26.1.0', false],
  ['5.5.5-10.11.19-MariaDB-0+deb12u1', true],
  ['11.8.9-MariaDB', true],
])('a server that says it is %s speaks the old words: %s', async (version, old) => {
  const [spoken] = await perlResults<unknown>('masterha_manager', 'MHACompat::Versions::speaks_old_words(@_) ? 1 : 0', [
    [version],
  ]);
  expect(spoken).toBe(old ? 1 : 0);
});

const MYSQL8 = 'mysqlbinlog  Ver 9.7.4 for Linux on x86_64';
const OLD = 'mysqlbinlog Ver 3.5 for debian-linux-gnu at x86_64';
const MARIADB11 = 'mariadb-binlog from 11.8.9-MariaDB, client 3.5 for debian-linux-gnu (x86_64)';

it.each([
  ['9.7.4', MYSQL8, undefined],
  ['8.0.36', OLD, 'not of MySQL 8 or later, but the server is MySQL 8.0.36'],
  ['8.4.0', MARIADB11, 'not of MySQL 8 or later, but the server is MySQL 8.4.0'],
  ['5.7.44', MYSQL8, undefined],
  ['5.7.44', OLD, undefined],
  ['5.7.44', MARIADB11, 'not of MySQL 8 or later, but the server is MySQL 5.7.44'],
  ['10.11.19-MariaDB', MYSQL8, 'of MySQL, but the server is MariaDB'],
  ['10.11.19-MariaDB', OLD, undefined],
  ['11.8.9-MariaDB', MARIADB11, undefined],
])('server %s, %s: %s', async (server, said, wrong) => {
  const [why] = await perlResults('masterha_manager', 'MHACompat::Programs::why_wrong(@_)', [[server, said]]);
  expect(why ?? undefined).toBe(wrong);
});
