import type { Session } from '../adapters/mysql/session.ts';
import { type Endpoint, nameOf } from '../base/server.ts';

/** Any one of `anyOf` lets the MHA account do `what`. */
export interface Need {
  readonly anyOf: readonly string[];
  readonly what: string;
}

const BINLOG_OFF = 'switch the binlog off for its session';
const SET_READ_ONLY = 'set read_only';
const SWITCH_EVENTS = 'switch events on and off';
const KEEP_DEFINER = 'keep the definer of events';

/** For `stop` on the original master. */
export const NEEDED_ON_ORIG: readonly Need[] = [
  { anyOf: ['BINLOG ADMIN', 'SYSTEM_VARIABLES_ADMIN', 'SESSION_VARIABLES_ADMIN', 'SUPER'], what: BINLOG_OFF },
  { anyOf: ['READ_ONLY ADMIN', 'READ ONLY ADMIN', 'SYSTEM_VARIABLES_ADMIN', 'SUPER'], what: SET_READ_ONLY },
  { anyOf: ['CONNECTION ADMIN', 'CONNECTION_ADMIN', 'SUPER'], what: 'end sessions' },
  { anyOf: ['PROCESS'], what: 'see sessions and transactions' },
  { anyOf: ['CREATE USER'], what: 'revoke privileges' },
  { anyOf: ['SELECT'], what: 'read the accounts' },
  { anyOf: ['EVENT'], what: SWITCH_EVENTS },
  { anyOf: ['SET USER', 'SET_ANY_DEFINER', 'SET_USER_ID', 'SUPER'], what: KEEP_DEFINER },
  { anyOf: ['GRANT OPTION'], what: 'give privileges back' },
];

/** For `start` on the new master. */
export const NEEDED_ON_NEW = NEEDED_ON_ORIG.filter(({ what }) => !['end sessions', BINLOG_OFF].includes(what));

/** For `start` after the master has died: no account has lost privileges. */
export const NEEDED_FOR_FAILOVER = NEEDED_ON_NEW.filter(({ what }) =>
  [SET_READ_ONLY, SWITCH_EVENTS, KEEP_DEFINER].includes(what),
);

/** For `finish`, which compares all servers and fixes differences. */
export const NEEDED_ANYWHERE = NEEDED_ON_ORIG.filter(({ what }) =>
  [BINLOG_OFF, 'read the accounts', 'give privileges back'].includes(what),
);

/** For MHA itself, on every server. */
export const NEEDED_BY_MHA: readonly Need[] = [
  { anyOf: ['SLAVE MONITOR', 'REPLICATION CLIENT', 'SUPER'], what: 'read the replication status' },
  { anyOf: ['BINLOG MONITOR', 'REPLICATION CLIENT', 'SUPER'], what: 'read the binlog position' },
  { anyOf: ['REPLICATION SLAVE ADMIN', 'REPLICATION_SLAVE_ADMIN', 'SUPER'], what: 'repoint the replicas (MHA itself)' },
  { anyOf: ['RELOAD'], what: 'lock and flush tables (MHA itself)' },
];

/** The privileges that a server knows, as SHOW GRANTS names them. */
export async function knownPrivileges(session: Session): Promise<ReadonlySet<string>> {
  const rows = await session.rows('SHOW PRIVILEGES');
  return new Set([...rows.map((row) => String(row.Privilege).toUpperCase()), 'GRANT OPTION']);
}

/** A sentence for each privilege that is missing on this server, with the GRANT that adds it. */
export function lackingPrivileges(
  server: Endpoint & ServerPrivileges,
  account: string,
  held: ReadonlySet<string>,
  needs: readonly Need[],
): string[] {
  return lacking(server, held, needs).map((need) => {
    const lacks = `${nameOf(server)}: the MHA account ${account} lacks ${need.anyOf.join(' or ')}`;
    return `${lacks}, needed to ${need.what}: ${grantFor(need, account)}`;
  });
}

interface ServerPrivileges {
  readonly version: string;
  readonly known: ReadonlySet<string>;
}

/** The needs that `held` does not meet; `anyOf` has only the privileges that would on this server. */
export function lacking(server: ServerPrivileges, held: ReadonlySet<string>, needs: readonly Need[]): Need[] {
  const offered = (need: Need) =>
    need.anyOf.filter((name) => server.known.has(name) && (name !== 'SUPER' || superHolds(need, server.version)));
  const fills = (name: string) => held.has(name) || (held.has('ALL PRIVILEGES') && name !== 'GRANT OPTION');
  return needs.map((need) => ({ ...need, anyOf: offered(need) })).filter((need) => !need.anyOf.some(fills));
}

/** The statement that meets a need of {@link lacking}. */
export function grantFor({ anyOf: [first = ''] }: Need, account: string): string {
  const isOption = first === 'GRANT OPTION';
  return `GRANT ${isOption ? 'USAGE' : first} ON *.* TO ${account}${isOption ? ' WITH GRANT OPTION' : ''}`;
}

/** MariaDB removed READ_ONLY ADMIN from SUPER in 10.11 (seen), and the other privileges here in 11.0. */
function superHolds(need: Need, version: string): boolean {
  const [, major, minor] = /^(?:5\.5\.5-)?(\d+)\.(\d+).*MariaDB/i.exec(version) ?? [];
  if (major === undefined) return true;
  const since = need.what === SET_READ_ONLY ? 1011 : 1100;
  return Number(major) * 100 + Number(minor) < since;
}
