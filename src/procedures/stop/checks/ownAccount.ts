import { nameOf } from '../../../base/server.ts';
import { NEEDED_ON_NEW, NEEDED_ON_ORIG } from '../../../capabilities/privileges.ts';
import type { SwitchContext } from '../../switch/context.ts';
import { lackingOn, systemUsersOn } from '../../switch/ownPrivileges.ts';
import type { AccountFacts } from '../facts.ts';

/** The privileges that the MHA account lacks on the original and the new master. */
export async function privilegeReasons({ sessions, origMaster, newMaster }: SwitchContext): Promise<string[]> {
  const reasons = await Promise.all([
    sessions.of(origMaster).then((session) => lackingOn(session, NEEDED_ON_ORIG)),
    sessions.of(newMaster).then((session) => lackingOn(session, NEEDED_ON_NEW)),
  ]);
  return reasons.flat();
}

/** The same, for the accounts that are to be shut out. */
export async function systemUsers(
  { sessions, origMaster, newMaster }: SwitchContext,
  facts: AccountFacts,
): Promise<string[]> {
  const both = await Promise.all([sessions.withoutBinlog(origMaster), sessions.of(newMaster)]);
  const found = await Promise.all(
    both.map(async (session) => {
      const lack = await systemUsersOn(session, facts.plan.blocked, facts.accounts);
      return lack ? [`${nameOf(session.server)}: ${lack.text}: ${lack.grant}, or name them in preserve_accounts`] : [];
    }),
  );
  return found.flat();
}
