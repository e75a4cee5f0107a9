import { accountName, sameAccount } from '../../../../base/account.ts';
import { type Finding, LEVELS, note } from '../../../../base/finding.ts';
import { alignStatements } from '../../../../capabilities/accounts/align.ts';
import { apartSalted, difference, differenceWords } from '../../../../capabilities/accounts/grants/compare.ts';
import type { AccountState } from '../../../../capabilities/accounts/read.ts';
import { keepReason, ROOT, SERVERS_OWN } from '../../../../capabilities/accounts/shutOut/keep.ts';
import type { Check, CheckContext, CheckedServer } from '../../context.ts';
import { follows } from '../../openSwitch.ts';
import { each, othersOf, someOf, whereOf } from '../each.ts';
import { type AccountFacts, accountFacts, accountsOf } from '../facts.ts';

/** How many accounts are listed for each server; the others are only counted. */
const LISTED = 20;

/** Accounts that differ between servers. */
export const accounts: Check = {
  title: 'accounts on all servers',
  run: async (context) => {
    const { master } = context;
    if (!master) return [];
    return each(othersOf(context), async (server) => {
      const facts = await accountFacts(context, master);
      const there = await accountsOf(server);
      const found = [
        ...unlike(context, master, facts, server, there),
        ...unknownOnMaster(master, facts, server, there),
      ];
      return [...shortened(context, found, server), ...incomparable(facts, server, there)];
    });
  },
};

/** What a switch does with the account; `stop` compares those that are shut out. */
function roleOf(facts: AccountFacts, state: AccountState): 'shut out' | 'kept' | 'of the server' | 'replication' {
  const reason = keepReason(state, facts.rules);
  if (reason === ROOT || reason === SERVERS_OWN) return 'of the server';
  if (facts.rules.replicationUsers.includes(state.account.user)) return 'replication';
  if (state.account.kind === 'role') return 'shut out';
  return facts.plan.blocked.some((b) => sameAccount(b.account, state.account)) ? 'shut out' : 'kept';
}

function unlike(
  { settings }: CheckContext,
  master: CheckedServer,
  facts: AccountFacts,
  server: CheckedServer,
  there: readonly AccountState[],
): Finding[] {
  const where = whereOf(server);
  const byKey = new Map(there.map((state) => [keyOf(state), state]));
  return rolesFirst(facts.states).flatMap((here): Finding[] => {
    const other = byKey.get(keyOf(here));
    const how = here.ignored ? [] : difference(here, other);
    const role = roleOf(facts, here);
    // Whether the replication account exists and can replicate is another check.
    if (how.length === 0 || (role === 'replication' && !how.includes('login'))) return [];
    const refuses = role === 'shut out' && settings.accountMismatch === 'refuse';
    const statements = alignStatements(here, other);
    return [
      {
        level: refuses ? 'error' : role === 'of the server' ? 'note' : 'warning',
        code: 'account_differs',
        where,
        account: accountName(here.account),
        text: `${accountName(here.account)} ${differenceWords(how)} here, compared with ${whereOf(master)}`,
        advice: refuses ? `stop refuses to begin (account_mismatch): ${ALIGN}` : ALIGN,
        statements: statements.length > 0 ? ['SET SESSION sql_log_bin = 0', ...statements] : [],
      },
    ];
  });
}

/** A role must exist before it can be granted to an account. */
function rolesFirst(states: readonly AccountState[]): AccountState[] {
  const isRole = ({ account }: AccountState) => account.kind === 'role';
  return [...states.filter(isRole), ...states.filter((state) => !isRole(state))];
}

const ALIGN = 'make it the same by hand; password, REQUIRE and limits as SHOW CREATE USER shows them on the master';

/** Accounts that only this server has. */
function unknownOnMaster(
  master: CheckedServer,
  facts: AccountFacts,
  server: CheckedServer,
  there: readonly AccountState[],
): Finding[] {
  const known = new Set(facts.states.map(keyOf));
  return there
    .filter((state) => !known.has(keyOf(state)) && !state.ignored && roleOf(facts, state) !== 'of the server')
    .map(({ account }) => ({
      level: 'warning',
      code: 'account_extra',
      where: whereOf(server),
      account: accountName(account),
      text: `${accountName(account)} is missing on the master ${whereOf(master)}`,
      advice: 'create it there too, or drop it here: as the master this server would have it, and the others would not',
    }));
}

/** The same key for a role and a user: on MySQL whether an account counts as a role depends on who holds it. */
function keyOf({ account }: AccountState): string {
  return account.host === '' ? accountName(account) : `${account.user}\0${account.host}`;
}

/** Findings that follow from an open switch are neither cut nor counted: they become one note. */
function shortened({ switches = [] }: CheckContext, found: readonly Finding[], server: CheckedServer): Finding[] {
  const explained = found.filter((finding) => follows(finding, switches));
  const others = found.filter((finding) => !explained.includes(finding));
  const ranked = others.sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
  const [next] = ranked.slice(LISTED);
  if (!next) return [...explained, ...ranked];
  const text = `${ranked.length - LISTED} more accounts differ`;
  const { account: _, ...like } = next;
  const rest: Finding = { ...like, where: whereOf(server), text, advice: ALIGN, statements: [] };
  return [...explained, ...ranked.slice(0, LISTED), rest];
}

function incomparable(facts: AccountFacts, server: CheckedServer, there: readonly AccountState[]): Finding[] {
  const names = apartSalted(facts.states, there).map((state) => accountName(state.account));
  if (names.length === 0) return [];
  const text = `${someOf(names)}: salted differently; whether the password is the same as on the master cannot be determined`;
  return [note('password_untellable', whereOf(server), text)];
}
