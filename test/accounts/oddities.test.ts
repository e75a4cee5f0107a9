import { expect, it } from 'vitest';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { stateOf } from '../support/process/crash.ts';
import { useLab } from '../support/useLab.ts';
import { stockZoo } from '../support/zoo/zoo.ts';
import { isMysql } from '../tools/lab/kind.ts';

/** Servers and accounts that somebody has, somewhere: `stop` works, and everything can be put back. */
const lab = useLab({ ssh: false, stock: stockZoo, eachTest: true });

async function stopAndRecover(): Promise<string> {
  await lab.waitReplicasLevel();
  const before = await stateOf(lab);
  const stop = onlineArguments(lab, 'stop', lab.server(0), lab.server(1));
  const stopped = await runCommand('master_ip_online_change', stop);
  expect(stopped.code, stopped.stdout + stopped.stderr).toBe(0);
  const recovered = await runCommand('mha_recover', [`--conf=${lab.confFile}`]);
  expect(recovered.code, recovered.stdout + recovered.stderr).toBe(0);
  expect(await stateOf(lab)).toEqual(before);
  return stopped.stdout;
}

it.each([
  "sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'",
  'autocommit = 0',
  "init_connect = 'SELECT * FROM nosuch.t'",
  isMysql ? 'max_execution_time = 200' : 'max_statement_time = 0.2',
  'wait_timeout = 2',
  'event_scheduler = OFF',
  "character_set_server = 'latin1'",
])('servers with %s', async (setting) => {
  for (const server of lab.servers) await server.admin(`SET GLOBAL ${setting}`);
  await stopAndRecover();
});

const LONG = 'x'.repeat(isMysql ? 32 : 80);

const ON_MARIADB: [string, string[], RegExp][] = [
  [
    'a role that is granted to PUBLIC',
    ['CREATE ROLE pr', 'GRANT SELECT ON app.* TO pr', 'GRANT pr TO PUBLIC'],
    /PUBLIC keeps a right/,
  ],
  [
    'a right on a package',
    [
      'SET sql_mode = ORACLE',
      'CREATE PACKAGE app.pk AS PROCEDURE p1; END',
      "CREATE USER pk@'%'",
      "GRANT EXECUTE ON PACKAGE app.pk TO pk@'%'",
    ],
    /'pk'@'%' is locked/,
  ],
  [
    'a certificate whose name reads like SQL',
    ["CREATE USER rr@'%' REQUIRE SUBJECT '/CN=x''y' AND ISSUER '/CN=ON TO'", "GRANT SELECT ON app.* TO rr@'%'"],
    /privileges revoked/,
  ],
];

const ON_MYSQL: [string, string[], RegExp][] = [];

it.each<[string, string[], RegExp]>([
  ...(isMysql ? ON_MYSQL : ON_MARIADB),
  [
    'an event whose definer is gone',
    [
      "CREATE USER gone@'%'",
      "CREATE DEFINER=gone@'%' EVENT app.g ON SCHEDULE EVERY 1 DAY DO DO 0",
      "DROP USER gone@'%'",
    ],
    /events off/,
  ],
  [
    'names that are keywords, hold a line break, or are as long as can be',
    ['SELECT', 'PUBLIC', 'a\nb', LONG].flatMap((name) => [
      `CREATE USER '${name}'@'%'`,
      `GRANT SELECT ON app.* TO '${name}'@'%'`,
    ]),
    /privileges revoked/,
  ],
  [
    'a right on a column of a view',
    [
      'CREATE VIEW app.v AS SELECT id, total FROM app.orders',
      "CREATE USER vv@'%'",
      "GRANT SELECT (id) ON app.v TO vv@'%'",
    ],
    /privileges revoked/,
  ],
  [
    'a proxy of a kept account',
    ["CREATE USER px@'%'", "GRANT PROXY ON root@'%' TO px@'%'"],
    /'px'@'%'.* locked instead of revoked/,
  ],
])('%s', async (_, statements, told) => {
  await lab.server(0).adminAll(statements);
  expect(await stopAndRecover()).toMatch(told);
});
