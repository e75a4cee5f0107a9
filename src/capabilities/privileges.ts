import type { Session } from '../adapters/mysql/session.ts';
import { type Endpoint, nameOf } from '../base/server.ts';

/** What the MHA account needs for one thing: any one of `anyOf`. */
export interface Need {
  readonly anyOf: readonly string[];
  readonly what: string;
}

const SET_READ_ONLY = 'set read_only';

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
  { anyOf: ['EVENT'], what: 'switch events off' },
  { anyOf: ['SET USER', 'SET_ANY_DEFINER', 'SET_USER_ID', 'SUPER'], what: 'keep the definer of events' },
  { anyOf: ['GRANT OPTION'], what: 'give privileges back' },
];

/** For `start` on the new master. */
export const NEEDED_ON_NEW: readonly Need[] = NEEDED_ON_ORIG.filter(
  (need) => !['end sessions', 'switch the binlog off for its session'].includes(need.what),
);

/** The names of the privileges that a server knows, as SHOW GRANTS writes them. */
export async function knownPrivileges(session: Session): Promise<ReadonlySet<string>> {
  const rows = await session.rows('SHOW PRIVILEGES');
  return new Set([...rows.map((row) => String(row.Privilege).toUpperCase()), 'GRANT OPTION']);
}

/** What is missing on this server, a sentence each with the GRANT that mends it. */
export function lackingPrivileges(
  server: Endpoint & { readonly version: string; readonly known: ReadonlySet<string> },
  account: string,
  held: ReadonlySet<string>,
  needs: readonly Need[],
): string[] {
  return needs
    .map((need) => ({
      ...need,
      anyOf: need.anyOf.filter(
        (name) => server.known.has(name) && (name !== 'SUPER' || superHolds(need, server.version)),
      ),
    }))
    .filter(
      (need) => !need.anyOf.some((name) => held.has(name) || (held.has('ALL PRIVILEGES') && name !== 'GRANT OPTION')),
    )
    .map((need) => {
      const [first = ''] = need.anyOf;
      const grant =
        first === 'GRANT OPTION'
          ? `GRANT USAGE ON *.* TO ${account} WITH GRANT OPTION`
          : `GRANT ${first} ON *.* TO ${account}`;
      return `${nameOf(server)}: the MHA account ${account} lacks ${need.anyOf.join(' or ')}, needed to ${need.what}: ${grant}`;
    });
}

/** MariaDB took READ_ONLY ADMIN out of SUPER in 10.11 (seen), and the other privileges here in 11.0. */
function superHolds(need: Need, version: string): boolean {
  const [, major, minor] = /^(?:5\.5\.5-)?(\d+)\.(\d+).*MariaDB/i.exec(version) ?? [];
  if (major === undefined) return true;
  const since = need.what === SET_READ_ONLY ? 1011 : 1100;
  return Number(major) * 100 + Number(minor) < since;
}
