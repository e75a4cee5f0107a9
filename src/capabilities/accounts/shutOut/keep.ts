import { type AccountState, effectiveGrants } from '../read.ts';

export interface AccountPattern {
  matches(user: string, host: string): boolean;
}

/** The kept accounts other than root and the server's own. */
export interface KeepRules {
  /** The names of the MHA account. */
  readonly mhaUsers: readonly string[];
  /** The names the replicas log in with. */
  readonly replicationUsers: readonly string[];
  /** `preserve_accounts`. */
  readonly preserve: readonly AccountPattern[];
}

/** Why an account is kept; undefined if it is to be shut out. An account that may only read or replicate cannot write. */
export function keepReason(state: AccountState, rules: KeepRules): string | undefined {
  const { user } = state.account;
  if (state.account.kind === 'public') return undefined;
  if (user === 'root') return ROOT;
  if (SERVER_ACCOUNTS.has(user)) return SERVERS_OWN;
  if (rules.mhaUsers.includes(user)) return 'MHA’s account';
  if (rules.replicationUsers.includes(user)) return 'the replication account';
  if (rules.preserve.some((pattern) => pattern.matches(user, state.account.host))) return 'preserve_accounts';
  if (onlyLooks(state)) return 'may only look or replicate';
  return undefined;
}

export const ROOT = 'root';
export const SERVERS_OWN = 'an account of the server itself';

const SERVER_ACCOUNTS: ReadonlySet<string> = new Set([
  ...['mariadb.sys', 'mysql.sys', 'mysql.session', 'mysql.infoschema', 'mysql'],
  'debian-sys-maint',
]);

/** Global privileges that do not let anybody write, under all names in MariaDB and MySQL. */
const HARMLESS: ReadonlySet<string> = new Set([
  ...['USAGE', 'PROCESS', 'SHOW DATABASES', 'SHOW VIEW', 'SHOW_ROUTINE', 'SHOW CREATE ROUTINE'],
  ...['REPLICATION CLIENT', 'BINLOG MONITOR', 'SLAVE MONITOR', 'REPLICA MONITOR'],
  ...['REPLICATION SLAVE', 'REPLICATION REPLICA'],
]);

const LOOK_ONLY_SCHEMAS: ReadonlySet<string> = new Set(['performance_schema', 'information_schema', 'sys']);

function onlyLooks(state: AccountState): boolean {
  const grants = effectiveGrants(state);
  if (grants.length === 0 || state.unreadable || state.ignored) return false;
  return grants.every((grant) => {
    if (grant.kind !== 'privileges') return false;
    if (LOOK_ONLY_SCHEMAS.has(grant.on.db)) return grant.privileges.every((p) => p.name === 'SELECT');
    return grant.on.db === '*' && grant.privileges.every((p) => HARMLESS.has(p.name));
  });
}
