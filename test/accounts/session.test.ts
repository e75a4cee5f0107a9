import { afterEach, beforeAll, expect, it } from 'vitest';
import { PREPARE } from '../../src/adapters/mysql/prepare.ts';
import type { Session } from '../../src/adapters/mysql/session.ts';
import { readAccounts } from '../../src/capabilities/accounts/read.ts';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { mhaSession } from '../support/mhaSession.ts';
import { clusterState } from '../support/state/state.ts';
import { useLab, useProxies } from '../support/useLab.ts';
import { rightsOf, stockZoo } from '../support/zoo/zoo.ts';
import { isMysql } from '../tools/lab/kind.ts';
import { startLab } from '../tools/lab/lab.ts';

/** Global values that every new session starts with, and that would mislead ours. */
const HOSTILE: readonly (readonly [string, string | number])[] = [
  ['sql_select_limit', 1],
  ['sql_quote_show_create', 0],
  [isMysql ? 'transaction_read_only' : 'tx_read_only', 1],
  ['autocommit', 0],
  ['completion_type', "'RELEASE'"],
  ['sql_mode', isMysql ? "'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'" : "'ORACLE,EMPTY_STRING_IS_NULL,NO_BACKSLASH_ESCAPES'"],
  ['max_join_size', 1],
  ['group_concat_max_len', 4],
  ['lock_wait_timeout', 1],
  ['innodb_lock_wait_timeout', 1],
  ['net_read_timeout', 1],
  ['net_write_timeout', 1],
  ['wait_timeout', 1],
  ['sql_safe_updates', 1],
  ...(isMysql
    ? ([
        ['max_execution_time', 1],
        ['print_identified_with_as_hex', 1],
      ] as const)
    : ([['max_statement_time', 0.001]] as const)),
];

const lab = useLab({ ssh: false, settings: { kill_after_timeout: 0.2 }, stock: stockZoo });
const proxied = useProxies(lab);
let defaults: (readonly [string, string])[];

beforeAll(async () => {
  const rows = await lab.server(0).admin(`SELECT ${HOSTILE.map(([name]) => `@@GLOBAL.${name} AS ${name}`).join(', ')}`);
  defaults = Object.entries(rows[0] ?? {}).map(([name, value]) => [
    name,
    /^[\d.]+$/.test(String(value)) ? String(value) : `'${value}'`,
  ]);
});

afterEach(async () => {
  await setGlobals(defaults);
  for (const server of lab.servers) await server.admin("SET GLOBAL init_connect = ''");
});

/** In one session: the values are not yet its own. */
async function setGlobals(values: readonly (readonly [string, string | number])[]): Promise<void> {
  const set = values.map(([name, value]) => `SET GLOBAL ${name} = ${value}`);
  for (const server of lab.servers) await server.adminAll(['SET SESSION sql_mode = 0', ...set]);
}

const stop = () =>
  runCommand('master_ip_online_change', onlineArguments(lab, 'stop', proxied.proxy(0), proxied.proxy(1)));

const accountsOf = async (): Promise<string[]> => {
  const session = await mhaSession(lab, lab.server(0));
  const states = await readAccounts(session);
  await session.close();
  return states.map((state) => JSON.stringify({ ...state, login: state.login.reveal() }));
};

it.each(HOSTILE)('stop shuts out the same accounts, and puts them back, with %s = %s', async (name, value) => {
  const before = await accountsOf();
  const state = await clusterState(lab);
  await setGlobals([[name, value]]);
  expect(await accountsOf()).toEqual(before);
  const stopped = await stop();
  expect(stopped.code, stopped.stdout + stopped.stderr).toBe(0);
  const recovered = await runCommand('mha_recover', [`--conf=${lab.confFile}`]);
  expect(recovered.code, recovered.stdout + recovered.stderr).toBe(0);
  await setGlobals(defaults);
  expect(await clusterState(lab)).toEqual(state);
});

it('all of them at once change nothing in what is read', async () => {
  const before = await accountsOf();
  const rights = await rightsOf(lab.server(0));
  await setGlobals(HOSTILE);
  expect(await accountsOf()).toEqual(before);
  const session = await mhaSession(lab, lab.server(0));
  const [row] = await session.rows("SELECT 'a\\'b' AS text, '' AS nothing");
  expect(row).toEqual({ text: "a'b", nothing: '' });
  await session.close();
  await setGlobals(defaults);
  expect(await rightsOf(lab.server(0))).toEqual(rights);
});

it('our own values win over init_connect, which runs for an account without SUPER', async () => {
  await lab
    .server(0)
    .adminAll([
      "CREATE USER IF NOT EXISTS plain@'%' IDENTIFIED BY 'zpw-plain'",
      "SET GLOBAL init_connect = 'SET SESSION sql_select_limit = 1, SESSION sql_mode = ''ANSI_QUOTES'''",
    ]);
  const plain = { ...lab, mha: { user: 'plain', password: 'zpw-plain' } };
  const session = await mhaSession(plain, lab.server(0));
  expect(await session.rows("SELECT 'x' AS a UNION SELECT 'y'")).toHaveLength(2);
  expect(await session.rows('SELECT "z" AS a')).toEqual([{ a: 'z' }]);
  await session.close();
  await lab.server(0).admin("DROP USER plain@'%'");
});

it('names the variable and the server if one does not take', async () => {
  const limited = await startLab({ ssh: false, servers: 1, mysqld: ['--maximum-group-concat-max-len=1000'] });
  try {
    const { host, port } = limited.server(0);
    await expect(mhaSession(limited, limited.server(0))).rejects.toThrow(
      `${host}:${port}: group_concat_max_len of this session should be 1048576, but is 1000.`,
    );
  } finally {
    await limited.stop();
  }
});

it('is prepared in one packet', async () => {
  proxied.reset();
  const { host, port } = proxied.proxy(0);
  const session = await mhaSession(lab, { ...lab.server(0), host, port });
  expect(proxied.statements.map(({ sql }) => sql)).toEqual([PREPARE.join(';\n')]);
  await session.close();
});

it('reads no accounts if the server lists fewer than it counts', async () => {
  const session = await mhaSession(lab, lab.server(0));
  const cut: Session = {
    ...pick(session),
    many: async (statements) => {
      const answers = await session.many(statements);
      return statements[0]?.includes('FROM mysql.user') ? [answers[0]?.slice(1) ?? [], ...answers.slice(1)] : answers;
    },
  };
  await expect(readAccounts(cut)).rejects.toThrow(/mysql\.user has \d+ accounts, but its list \d+: nothing was done/);
  await session.close();
});

// MySQL takes the space off the name.
it.runIf(!isMysql)(
  'refuses an account whose name ends with a space, which the list of accounts leaves out',
  async () => {
    await lab.server(0).adminAll(["CREATE USER 'sp '@'%'", "GRANT INSERT ON app.* TO 'sp '@'%'"]);
    const refused = await stop();
    expect(refused.code, refused.stdout).toBe(1);
    expect(refused.stderr).toMatch(/'sp '@'%': the name ends with a space.*RENAME USER/);
    await lab.server(0).admin("RENAME USER 'sp '@'%' TO spaced@'%'");
    await lab.waitReplicasLevel();
    expect((await accountsOf()).filter((state) => state.includes('spaced'))).toHaveLength(1);
    await lab.server(0).admin("DROP USER spaced@'%'");
  },
);

function pick(session: Session): Session {
  return {
    server: session.server,
    id: session.id,
    alive: true,
    rows: (sql, values) => session.rows(sql, values),
    many: (statements) => session.many(statements),
    dialect: () => session.dialect(),
    under: (limits) => session.under(limits),
    close: () => session.close(),
  };
}
