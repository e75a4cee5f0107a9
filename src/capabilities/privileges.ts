import { type Endpoint, nameOf } from '../base/server.ts';

/** What the MHA account needs for one thing: any one of `anyOf`. */
export interface Need {
  readonly anyOf: readonly string[];
  readonly what: string;
}

/** For `stop` on the original master. */
export const NEEDED_ON_ORIG: readonly Need[] = [
  { anyOf: ['BINLOG ADMIN', 'SUPER', 'SYSTEM_VARIABLES_ADMIN'], what: 'switch the binlog off for its session' },
  { anyOf: ['READ_ONLY ADMIN', 'READ ONLY ADMIN', 'SUPER', 'SYSTEM_VARIABLES_ADMIN'], what: 'set read_only' },
  { anyOf: ['CONNECTION ADMIN', 'SUPER', 'CONNECTION_ADMIN'], what: 'end sessions' },
  { anyOf: ['PROCESS'], what: 'see sessions and transactions' },
  { anyOf: ['CREATE USER'], what: 'take privileges away' },
  { anyOf: ['SELECT'], what: 'read the accounts' },
  { anyOf: ['EVENT'], what: 'switch events off' },
  { anyOf: ['SET USER', 'SUPER', 'SET_USER_ID', 'SET_ANY_DEFINER'], what: 'keep the definer of events' },
  { anyOf: ['GRANT OPTION'], what: 'give privileges back' },
];

/** For `start` on the new master. */
export const NEEDED_ON_NEW: readonly Need[] = NEEDED_ON_ORIG.filter(
  (need) => !['end sessions', 'switch the binlog off for its session'].includes(need.what),
);

/** What is missing on a server of this version, a sentence each with the GRANT that mends it. */
export function lackingPrivileges(
  server: Endpoint & { readonly version: string },
  account: string,
  held: ReadonlySet<string>,
  needs: readonly Need[],
): string[] {
  return needs
    .map((need) => ({
      ...need,
      anyOf: need.anyOf.filter((name) => name !== 'SUPER' || superHolds(need, server.version)),
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
  const since = need.anyOf.includes('READ_ONLY ADMIN') ? 1011 : 1100;
  return Number(major) * 100 + Number(minor) < since;
}
