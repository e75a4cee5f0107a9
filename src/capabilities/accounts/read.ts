import { type Answer, inPackets } from '../../adapters/mysql/packets.ts';
import type { Row, Session } from '../../adapters/mysql/session.ts';
import { type Account, accountName, accountSql } from '../../base/account.ts';
import { messageOf, ServerError } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import { nameOf } from '../../base/server.ts';
import { oneLine } from '../../base/text.ts';
import { type Grant, givesNothing } from './grants/grant.ts';
import { isLocked, parseDefaultRoles, parseGrantRow, parseRoleList } from './grants/parse.ts';

/** One account as a server has it. */
export interface AccountState {
  readonly account: Account;
  readonly grants: readonly Grant[];
  /** MariaDB's row for the default role, or ''. */
  readonly defaultRole: string;
  readonly locked: boolean;
  /** SHOW CREATE USER, with the hash: compared between servers, never printed. */
  readonly login: Secret;
  /** Set if the server ignores the account (a host name with skip_name_resolve): nobody can be using it. */
  readonly ignored?: string;
  /** Set if its grants could not be read: it can be locked, never revoked. */
  readonly unreadable?: string;
}

/**
 * Every account, role and PUBLIC of a server, with its grants.
 * @throws ServerError if the server lists fewer than it counts: an account that is missing would keep its rights.
 */
export async function readAccounts(session: Session): Promise<AccountState[]> {
  const { accounts, resolvesNames } = await listAccounts(session);
  const states = await readStates(session, accounts);
  await refuseHiddenNames(session, states);
  return resolvesNames ? states : states.map((s) => (isByName(s.account.host) ? { ...s, ignored: BY_NAME } : s));
}

/**
 * mysql.user strips trailing spaces from a name, but the server still accepts logins under the name with them: it would be
 * mistaken for an account that is not in use, and keep its rights (seen on MariaDB 10.11).
 */
async function refuseHiddenNames(session: Session, states: readonly AccountState[]): Promise<void> {
  const unknown = states.filter((s) => s.ignored === UNKNOWN).map(({ account: a }) => `'${a.user}'@'${a.host}'`);
  if (unknown.length === 0) return;
  const rows = await session.rows('SELECT DISTINCT GRANTEE AS name FROM information_schema.USER_PRIVILEGES');
  const names = rows.map((row) => String(row.name));
  const hidden = names.filter((name) => !unknown.includes(name) && unknown.includes(name.replace(/ +'@'/, "'@'")));
  if (hidden.length === 0) return;
  const what =
    `${hidden.map(oneLine).join(', ')}: the name ends with a space, and mysql.user lists it without. ` +
    'Nothing was done, since that account could not be shut out: RENAME USER it, or FLUSH PRIVILEGES, which removes the space.';
  throw new ServerError({ server: nameOf(session.server), what });
}

/** The most attempts: somebody may be creating accounts at the moment. */
const COUNTS = 3;

async function listAccounts(session: Session): Promise<{ accounts: Account[]; resolvesNames: boolean }> {
  const list = ACCOUNTS[(await session.dialect()).roles];
  for (let tries = 1; ; tries += 1) {
    const [rows = [], counted, resolving] = await session.many([list, COUNT, 'SELECT @@skip_name_resolve AS value']);
    const count = Number(counted?.[0]?.count);
    const resolvesNames = Number(resolving?.[0]?.value) === 0;
    if (rows.length === count) return { accounts: rows.map(toAccount), resolvesNames };
    if (tries < COUNTS) continue;
    const what =
      `mysql.user has ${count} accounts, but its list ${rows.length}: nothing was done, since those left out would keep ` +
      'their rights. Look for what shortens the list: a proxy in between, or accounts that are just being made.';
    throw new ServerError({ server: nameOf(session.server), what });
  }
}

const COUNT = 'SELECT COUNT(*) AS count FROM mysql.user';

/** On MySQL a role is an account like any other. One that is locked and granted to somebody counts as a role. */
const ACCOUNTS = {
  apart: 'SELECT User AS user, Host AS host, is_role AS role FROM mysql.user ORDER BY 1, 2',
  accounts:
    "SELECT User AS user, Host AS host, IF(account_locked = 'Y' AND EXISTS (SELECT 1 FROM mysql.role_edges e " +
    "WHERE e.FROM_USER = u.User AND e.FROM_HOST = u.Host), 'Y', 'N') AS role FROM mysql.user u ORDER BY 1, 2",
  none: "SELECT User AS user, Host AS host, 'N' AS role FROM mysql.user ORDER BY 1, 2",
} as const;

/** MySQL's mandatory_roles: every account has them, and they cannot be revoked. */
export async function readMandatoryRoles(session: Session): Promise<Account[]> {
  if ((await session.dialect()).roles !== 'accounts') return [];
  const [row] = await session.rows('SELECT @@global.mandatory_roles AS value');
  return parseRoleList(String(row?.value ?? ''));
}

/**
 * With skip_name_resolve nobody can log in as such an account, and after a restart the server does not know it (seen on
 * MariaDB 10.11): a revoked right could then not be given back.
 */
const BY_NAME = 'its host is a name, and the server resolves none';

function isByName(host: string): boolean {
  return host !== '' && host.toLowerCase() !== 'localhost' && /[a-z]/i.test(host) && !/[%_:/]/.test(host);
}

/**
 * The states of these accounts; one that is gone is `ignored`: `unknown to the server`. `withLogin`: of which to read SHOW CREATE
 * USER too; the others look unlocked and without default roles of MySQL.
 */
export async function readStates(
  session: Session,
  accounts: readonly Account[],
  withLogin: readonly Account[] = accounts,
): Promise<AccountState[]> {
  const ask = (what: string, of: readonly Account[]) => of.map((account) => `SHOW ${what} ${accountSql(account)}`);
  const grants = await inPackets(session, ask('GRANTS FOR', accounts));
  const users = withLogin.filter((a) => a.kind === 'user' || (a.kind === 'role' && a.host !== ''));
  const logins = await inPackets(session, ask('CREATE USER', users));
  const loginOf = new Map(users.map((a, i) => [a, logins[i]]));
  return accounts.map((account, i) => stateOf(account, grants[i], loginOf.get(account)));
}

/** The account of this session, and its rights. */
export async function readOwnState(session: Session): Promise<AccountState> {
  const grants = await inPackets(session, ['SHOW GRANTS']);
  const [row] = await session.rows('SELECT CURRENT_USER() AS me');
  const me = String(row?.me);
  const at = me.lastIndexOf('@');
  return stateOf({ kind: 'user', user: me.slice(0, at), host: me.slice(at + 1) }, grants[0], undefined);
}

/** All grants but USAGE. */
export function effectiveGrants(state: AccountState): readonly Grant[] {
  return state.grants.filter((grant) => !givesNothing(grant));
}

function toAccount(row: Row): Account {
  const user = String(row.user);
  if (row.role !== 'Y') return { kind: 'user', user, host: String(row.host) };
  if (String(row.host) === '' && user === 'PUBLIC') return { kind: 'public', user, host: '' };
  return { kind: 'role', user, host: String(row.host) };
}

function stateOf(account: Account, grants: Answer | undefined, login: Answer | undefined): AccountState {
  const created = login && 'rows' in login ? firstValue(login.rows[0]) : '';
  const base = { account, grants: [], defaultRole: '', locked: isLocked(created), login: new Secret(created) };
  if (!grants || 'failed' in grants) return { ...base, ...failedRead(grants) };
  const rows = grants.rows.map(firstValue);
  const defaultRole = rows.find((row) => row.startsWith('SET DEFAULT ROLE')) ?? '';
  try {
    const grants = rows.flatMap((row) => parseGrantRow(row, account));
    return { ...base, defaultRole, grants: [...grants, ...parseDefaultRoles(created)] };
  } catch (error) {
    return { ...base, defaultRole, unreadable: `${accountName(account)}: ${messageOf(error)}` };
  }
}

const UNKNOWN = 'unknown to the server';

/** 1141 no such grant, 1133 no such user, 1396, 1959: the account is in the table, but the server does not use it. */
const NOT_IN_USE: ReadonlySet<number | string | undefined> = new Set([1141, 1133, 1396, 1959]);

function failedRead(answer: Answer | undefined): { ignored?: string; unreadable?: string } {
  if (!answer || !('failed' in answer)) return { unreadable: 'no answer to SHOW GRANTS' };
  if (NOT_IN_USE.has(answer.failed.code)) return { ignored: UNKNOWN };
  return { unreadable: answer.failed.reason };
}

function firstValue(row: Row | undefined): string {
  return row ? String(Object.values(row)[0]) : '';
}
