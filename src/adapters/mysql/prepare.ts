import { ServerError } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import type { Row } from './session.ts';

interface Variable {
  /** What SHOW VARIABLES must answer. */
  readonly value: string;
  /** For SET, if not the value; null if SET NAMES sets it. */
  readonly set?: string | null;
  /** The comment that limits it to some servers; others may lack the variable. */
  readonly only?: 'M!' | '!50708' | '!80017';
}

/** Longer than any limit here: a statement must be ended by its own deadline, not by the server. */
const DAY = '86400';

const WANTED: Readonly<Record<string, Variable>> = {
  autocommit: { value: 'ON', set: '1' },
  completion_type: { value: 'NO_CHAIN', set: '0' },
  sql_select_limit: { value: '18446744073709551615' },
  sql_quote_show_create: { value: 'ON', set: '1' },
  sql_big_selects: { value: 'ON', set: '1' },
  sql_safe_updates: { value: 'OFF', set: '0' },
  group_concat_max_len: { value: '1048576' },
  lock_wait_timeout: { value: DAY },
  innodb_lock_wait_timeout: { value: DAY },
  net_read_timeout: { value: '60' },
  net_write_timeout: { value: '60' },
  wait_timeout: { value: '28800' },
  max_statement_time: { value: '0.000000', set: '0', only: 'M!' },
  max_execution_time: { value: '0', only: '!50708' },
  print_identified_with_as_hex: { value: 'OFF', set: '0', only: '!80017' },
  character_set_client: { value: 'utf8mb4', set: null },
  character_set_results: { value: 'utf8mb4', set: null },
  character_set_connection: { value: 'utf8mb4', set: null },
  collation_connection: { value: 'utf8mb4_bin', set: null },
};

/** The first since MySQL 8 and MariaDB 11.1, only the second before. */
const READ_ONLY = ['transaction_read_only', 'tx_read_only'];
/** Quoting relies on their absence. */
const FORBIDDEN_MODES = ['ANSI_QUOTES', 'NO_BACKSLASH_ESCAPES', 'EMPTY_STRING_IS_NULL', 'ORACLE'];

/**
 * With NO_AUTO_CREATE_USER (MariaDB, MySQL 5.7) a GRANT to an account that is gone fails instead of creating one without a
 * password; MySQL 8 always does so, and refuses the mode.
 */
const SQL_MODE = `SESSION sql_mode = IF(@@version LIKE '5.%' /*M!100000 OR TRUE */, 'NO_AUTO_CREATE_USER', '')`;

const ASSIGNMENTS = Object.entries(WANTED)
  .filter(([, { set }]) => set !== null)
  .map(([name, { value, set = value, only }]) => {
    const assignment = `, SESSION ${name} = ${set}`;
    return only ? ` /*${only} ${assignment} */` : assignment;
  })
  .join('');

const NAMES = ['sql_mode', ...Object.keys(WANTED), ...READ_ONLY].map((name) => `'${name}'`).join(', ');

/**
 * What every session relies on, whatever the server's defaults and its init_connect: sent in one packet right after the
 * login, and read back. With `sql_select_limit = 1` a list of accounts would have one row, with `tx_read_only = 1` nothing
 * could be changed, and a server-side limit would end a statement midway.
 *
 * A comment that begins with `/*M!` is for MariaDB only, one with a number below 50,700 or above 99,999 for both, and
 * others for MySQL from that version on.
 */
export const PREPARE: readonly string[] = [
  // Alone and first: in some modes '' is NULL, and the next statement is parsed in the mode set here.
  'SET SESSION sql_mode = 0',
  `SET NAMES utf8mb4 COLLATE utf8mb4_bin, ${SQL_MODE}${ASSIGNMENTS}`,
  'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE',
  `SHOW SESSION VARIABLES WHERE Variable_name IN (${NAMES})`,
];

/** @throws ServerError that names the first variable with another value than was set. */
export function verifyPrepared(target: Target, rows: readonly Row[]): void {
  const values = new Map(rows.map((row) => [String(row.Variable_name).toLowerCase(), String(row.Value)]));
  const fail = (name: string, is: string | undefined, should: string) => {
    const found = is === undefined ? 'is unknown to the server' : `is ${is || 'empty'}`;
    const what =
      `${name} of this session should be ${should}, but ${found}. Nothing was done there; look for what forces it: ` +
      'init_connect, a proxy in between, maximum-… in the server’s options.';
    throw new ServerError({ server: nameOf(target), what, code: 'UNPREPARED' });
  };
  for (const [name, { value, only }] of Object.entries(WANTED)) {
    const is = values.get(name);
    if (is !== value && !(only && is === undefined)) fail(name, is, value);
  }
  const readOnly = READ_ONLY.filter((name) => values.get(name) !== undefined);
  if (readOnly.length === 0) fail('tx_read_only', undefined, 'OFF');
  for (const name of readOnly) if (values.get(name) !== 'OFF') fail(name, values.get(name), 'OFF');
  const mode = values.get('sql_mode');
  const bad = FORBIDDEN_MODES.find((word) => mode?.split(',').includes(word));
  if (mode === undefined || bad) fail('sql_mode', mode, `without ${bad ?? FORBIDDEN_MODES.join(', ')}`);
}
