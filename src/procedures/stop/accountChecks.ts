import { accountName } from '../../base/account.ts';
import { nameOf, type Target } from '../../base/server.ts';
import { differences } from '../../capabilities/accounts/compare.ts';
import { globalPrivileges } from '../../capabilities/accounts/grant.ts';
import { type AccountState, readAccounts, readOwnState } from '../../capabilities/accounts/read.ts';
import { lackingPrivileges, NEEDED_ON_NEW, NEEDED_ON_ORIG, type Need } from '../../capabilities/privileges.ts';
import { readIdentity } from '../../capabilities/replication.ts';
import type { SwitchContext } from '../context.ts';
import type { StopFacts } from './facts.ts';

/** What the MHA account may not do on the original and the new master, and needs to. */
export async function privilegeReasons(context: SwitchContext): Promise<string[]> {
  const lacking = async (server: Target, needs: readonly Need[]) => {
    const session = await context.sessions.of(server);
    const [own, { version }] = [await readOwnState(session), await readIdentity(session)];
    return lackingPrivileges({ ...server, version }, accountName(own.account), globalPrivileges(own.grants), needs);
  };
  const reasons = await Promise.all([
    lacking(context.origMaster, NEEDED_ON_ORIG),
    lacking(context.newMaster, NEEDED_ON_NEW),
  ]);
  return reasons.flat();
}

/**
 * The accounts that would be shut out, and the roles, that are missing or different on another server: their users
 * could not work there after the switch, and giving their rights back would stop that server's replication.
 */
export async function accountReasons(context: SwitchContext, facts: StopFacts): Promise<string[]> {
  const concerned = concernedAccounts(facts);
  const found = await Promise.all(
    [context.newMaster, ...context.replicas].map(async (server) => {
      const there = await readAccounts(await context.sessions.of(server));
      return differences(concerned, there, nameOf(server)).map(({ text }) => `${text}: ${ADVICE}`);
    }),
  );
  return found.flat();
}

const ADVICE = 'make it the same on every server, or set account_mismatch = warn';

function concernedAccounts(facts: StopFacts): AccountState[] {
  const blocked = new Set(facts.plan.blocked.map((b) => accountName(b.account)));
  return facts.accounts.filter((s) => s.account.kind === 'role' || blocked.has(accountName(s.account)));
}
