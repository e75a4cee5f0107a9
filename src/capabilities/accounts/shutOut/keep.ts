import { type AccountState, effectiveGrants } from '../read.ts';

/** Tells whether an account is meant, by its name and host. */
export interface AccountPattern {
  matches(user: string, host: string): boolean;
}

/** Who is never shut out, besides root and the server's own accounts. */
export interface KeepRules {
  /** MHA's account, by name. */
  readonly mhaUsers: readonly string[];
  /** The names the replicas log in with. */
  readonly replicationUsers: readonly string[];
  /** `preserve_accounts`. */
  readonly preserve: readonly AccountPattern[];
}

/**
 * Why an account keeps its rights, or undefined where it is to be shut out. An account that may only look or only
 * replicate cannot write; one with ALL PRIVILEGES may do these things too, and is shut out unless it is listed.
 */
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
  'mariadb.sys',
  'mysql.sys',
  'mysql.session',
  'mysql.infoschema',
  'mysql',
  'debian-sys-maint',
]);

/** Global privileges that write nothing, under every name that MariaDB and MySQL print them. */
const HARMLESS: ReadonlySet<string> = new Set([
  'USAGE',
  'PROCESS',
  'SHOW DATABASES',
  'REPLICATION CLIENT',
  'BINLOG MONITOR',
  'SLAVE MONITOR',
  'REPLICA MONITOR',
  'REPLICATION SLAVE',
  'REPLICATION REPLICA',
  'SHOW VIEW',
  'SHOW_ROUTINE',
  'SHOW CREATE ROUTINE',
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
