import type { Session } from '../../adapters/mysql/session.ts';
import { accountName } from '../../base/account.ts';
import { globalPrivileges } from '../../capabilities/accounts/grants/grant.ts';
import { type AccountState, readOwnState } from '../../capabilities/accounts/read.ts';
import type { Blocked } from '../../capabilities/accounts/shutOut/blocked.ts';
import { withRoles } from '../../capabilities/accounts/whoCanStill.ts';
import { knownPrivileges, lackingPrivileges, type Need } from '../../capabilities/privileges.ts';
import { readIdentity } from '../../capabilities/replication/identity.ts';

/** The privileges that the MHA account lacks on this server: one sentence each, with the GRANT that fixes it. */
export async function lackingOn(session: Session, needs: readonly Need[]): Promise<string[]> {
  const own = await readOwnState(session);
  const { version } = await readIdentity(session);
  const server = { ...session.server, version, known: await knownPrivileges(session) };
  return lackingPrivileges(server, accountName(own.account), globalPrivileges(own.grants), needs);
}

/**
 * MySQL 8 lets only accounts with SYSTEM_USER change others that have it: why the MHA account cannot shut some out, and the GRANT
 * that fixes it. Undefined if it can shut out all.
 */
export async function systemUsersOn(
  session: Session,
  blocked: readonly Blocked[],
  states: readonly AccountState[],
): Promise<{ readonly text: string; readonly grant: string } | undefined> {
  const grantsOf = withRoles(states);
  const has = (state: AccountState) => globalPrivileges(grantsOf(state)).has('SYSTEM_USER');
  const shutOut = new Set(blocked.map((b) => accountName(b.account)));
  const system = states.filter((s) => shutOut.has(accountName(s.account)) && has(s));
  const own = await readOwnState(session);
  if (system.length === 0 || globalPrivileges(own.grants).has('SYSTEM_USER')) return undefined;
  const me = accountName(own.account);
  const names = system.map((s) => accountName(s.account)).join(', ');
  return {
    text: `${names} hold SYSTEM_USER, and the MHA account ${me} cannot shut them out without it`,
    grant: `GRANT SYSTEM_USER ON *.* TO ${me}`,
  };
}
