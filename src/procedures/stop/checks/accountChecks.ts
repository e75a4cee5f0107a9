import { accountName } from '../../../base/account.ts';
import { nameOf, type Target } from '../../../base/server.ts';
import { apartSalted, differences, differenceText } from '../../../capabilities/accounts/grants/compare.ts';
import { type AccountState, readAccounts } from '../../../capabilities/accounts/read.ts';
import type { SwitchContext } from '../../switch/context.ts';
import type { AccountFacts } from '../facts.ts';

/**
 * The accounts to be shut out, and the roles, that are missing or different on another server: their users could not work
 * there after the switch, and giving their privileges back would stop that server's replication.
 */
export async function accountReasons(context: SwitchContext, facts: AccountFacts): Promise<string[]> {
  const concerned = concernedAccounts(facts);
  const found = await Promise.all(
    [context.newMaster, ...context.replicas].map(async (server) => {
      const there = await readAccounts(await context.sessions.of(server));
      warnOfSalts(context, apartSalted(concerned, there), server);
      return differences(concerned, there).map((one) => `${differenceText(one, nameOf(server))}: ${ADVICE}`);
    }),
  );
  return found.flat();
}

function warnOfSalts({ log }: SwitchContext, apart: readonly AccountState[], server: Target): void {
  if (apart.length === 0) return;
  const names = apart.slice(0, 3).map((s) => accountName(s.account));
  const more = apart.length > 3 ? ` and ${apart.length - 3} more` : '';
  log.warning(
    `${names.join(', ')}${more}: salted differently on ${nameOf(server)}; whether the password is the same there cannot be determined`,
  );
}

const ADVICE = 'make it the same on every server, or set account_mismatch = warn';

function concernedAccounts(facts: AccountFacts): AccountState[] {
  const blocked = new Set(facts.plan.blocked.map((b) => accountName(b.account)));
  return facts.accounts.filter((s) => s.account.kind === 'role' || blocked.has(accountName(s.account)));
}
