import type { Session } from '../../adapters/mysql/session.ts';
import { accountName } from '../../base/account.ts';
import { nameOf } from '../../base/server.ts';
import { globalPrivileges } from '../../capabilities/accounts/grants/grant.ts';
import { type AccountState, readOwnState } from '../../capabilities/accounts/read.ts';
import type { Blocked } from '../../capabilities/accounts/shutOut/blocked.ts';
import { withRoles } from '../../capabilities/accounts/whoCanStill.ts';
import { knownPrivileges, lackingPrivileges, type Need } from '../../capabilities/privileges.ts';
import { readIdentity } from '../../capabilities/replication/replication.ts';

/** What the MHA account may not do on this server, and needs to: a sentence each, with the GRANT that mends it. */
export async function lackingOn(session: Session, needs: readonly Need[]): Promise<string[]> {
  const own = await readOwnState(session);
  const { version } = await readIdentity(session);
  const server = { ...session.server, version, known: await knownPrivileges(session) };
  return lackingPrivileges(server, accountName(own.account), globalPrivileges(own.grants), needs);
}

/**
 * MySQL 8 lets only accounts with SYSTEM_USER touch accounts or sessions that have it: why the MHA account of this server
 * cannot shut these out or let them in again.
 */
export async function systemUserReasons(
  session: Session,
  blocked: readonly Blocked[],
  states: readonly AccountState[],
): Promise<string[]> {
  const grantsOf = withRoles(states);
  const has = (state: AccountState) => globalPrivileges(grantsOf(state)).has('SYSTEM_USER');
  const names = new Set(blocked.map((b) => accountName(b.account)));
  const system = states.filter((s) => names.has(accountName(s.account)) && has(s));
  const own = await readOwnState(session);
  if (system.length === 0 || globalPrivileges(own.grants).has('SYSTEM_USER')) return [];
  const me = accountName(own.account);
  return [
    `${nameOf(session.server)}: ${system.map((s) => accountName(s.account)).join(', ')} hold SYSTEM_USER, and the MHA account ` +
      `${me} cannot shut them out without it: GRANT SYSTEM_USER ON *.* TO ${me}, or name them in preserve_accounts`,
  ];
}
