import type { Session } from '../adapters/mysql/session.ts';
import { type Endpoint, nameOf } from '../base/server.ts';

/** What the MHA account needs for one thing: any one of `anyOf`. */
export interface Need {
  readonly anyOf: readonly string[];
  readonly what: string;
}

const SET_READ_ONLY = 'set read_only';
const SWITCH_EVENTS = 'switch events on and off';
const KEEP_DEFINER = 'keep the definer of events';

/** For `stop` on the original master. */
export const NEEDED_ON_ORIG: readonly Need[] = [
  {
    anyOf: ['BINLOG ADMIN', 'SYSTEM_VARIABLES_ADMIN', 'SESSION_VARIABLES_ADMIN', 'SUPER'],
    what: 'switch the binlog off for its session',
  },
  { anyOf: ['READ_ONLY ADMIN', 'READ ONLY ADMIN', 'SYSTEM_VARIABLES_ADMIN', 'SUPER'], what: SET_READ_ONLY },
  { anyOf: ['CONNECTION ADMIN', 'CONNECTION_ADMIN', 'SUPER'], what: 'end sessions' },
  { anyOf: ['PROCESS'], what: 'see sessions and transactions' },
  { anyOf: ['CREATE USER'], what: 'take privileges away' },
  { anyOf: ['SELECT'], what: 'read the accounts' },
  { anyOf: ['EVENT'], what: SWITCH_EVENTS },
  { anyOf: ['SET USER', 'SET_ANY_DEFINER', 'SET_USER_ID', 'SUPER'], what: KEEP_DEFINER },
  { anyOf: ['GRANT OPTION'], what: 'give privileges back' },
];

/** For `start` on the new master. */
export const NEEDED_ON_NEW: readonly Need[] = NEEDED_ON_ORIG.filter(
  (need) => !['end sessions', 'switch the binlog off for its session'].includes(need.what),
);

/** For `start` on the new master of a dead one: nobody has lost a right that it would give back. */
export const NEEDED_FOR_FAILOVER: readonly Need[] = NEEDED_ON_NEW.filter((need) =>
  [SET_READ_ONLY, SWITCH_EVENTS, KEEP_DEFINER].includes(need.what),
);

/** For the check of a switch that is over, which looks at every server and mends it. */
export const NEEDED_ANYWHERE: readonly Need[] = NEEDED_ON_ORIG.filter((need) =>
  ['switch the binlog off for its session', 'read the accounts', 'give privileges back'].includes(need.what),
);

/** For MHA itself, on every server. */
export const NEEDED_BY_MHA: readonly Need[] = [
  { anyOf: ['SLAVE MONITOR', 'REPLICATION CLIENT', 'SUPER'], what: 'read the replication status' },
  { anyOf: ['BINLOG MONITOR', 'REPLICATION CLIENT', 'SUPER'], what: 'read the binlog position' },
  {
    anyOf: ['REPLICATION SLAVE ADMIN', 'REPLICATION_SLAVE_ADMIN', 'SUPER'],
    what: 'repoint the replicas (MHA itself)',
  },
  { anyOf: ['RELOAD'], what: 'lock and flush tables (MHA itself)' },
];

/** The names of the privileges that a server knows, as SHOW GRANTS writes them. */
export async function knownPrivileges(session: Session): Promise<ReadonlySet<string>> {
  const rows = await session.rows('SHOW PRIVILEGES');
  return new Set([...rows.map((row) => String(row.Privilege).toUpperCase()), 'GRANT OPTION']);
}

/** What is missing on this server, a sentence each with the GRANT that mends it. */
export function lackingPrivileges(
  server: Endpoint & ServerPrivileges,
  account: string,
  held: ReadonlySet<string>,
  needs: readonly Need[],
): string[] {
  return lacking(server, held, needs).map(
    (need) =>
      `${nameOf(server)}: the MHA account ${account} lacks ${need.anyOf.join(' or ')}, needed to ${need.what}: ` +
      grantFor(need, account),
  );
}

/** What a server is and which privileges it knows. */
export interface ServerPrivileges {
  readonly version: string;
  readonly known: ReadonlySet<string>;
}

/** The needs that `held` does not fill, each with the names of the privileges that would on this server. */
export function lacking(server: ServerPrivileges, held: ReadonlySet<string>, needs: readonly Need[]): Need[] {
  const offered = (need: Need) =>
    need.anyOf.filter((name) => server.known.has(name) && (name !== 'SUPER' || superHolds(need, server.version)));
  const fills = (name: string) => held.has(name) || (held.has('ALL PRIVILEGES') && name !== 'GRANT OPTION');
  return needs.map((need) => ({ ...need, anyOf: offered(need) })).filter((need) => !need.anyOf.some(fills));
}

/** The statement that fills a need of {@link lacking}. */
export function grantFor({ anyOf: [first = ''] }: Need, account: string): string {
  return first === 'GRANT OPTION'
    ? `GRANT USAGE ON *.* TO ${account} WITH GRANT OPTION`
    : `GRANT ${first} ON *.* TO ${account}`;
}

/** MariaDB took READ_ONLY ADMIN out of SUPER in 10.11 (seen), and the other privileges here in 11.0. */
function superHolds(need: Need, version: string): boolean {
  const [, major, minor] = /^(?:5\.5\.5-)?(\d+)\.(\d+).*MariaDB/i.exec(version) ?? [];
  if (major === undefined) return true;
  const since = need.what === SET_READ_ONLY ? 1011 : 1100;
  return Number(major) * 100 + Number(minor) < since;
}
