import { type Account, accountName, accountSql } from '../../../../base/account.ts';
import { error, type Finding, note, warning } from '../../../../base/finding.ts';
import { type Grant, globalPrivileges } from '../../../../capabilities/accounts/grants/grant.ts';
import { type AccountState, effectiveGrants, readOwnState } from '../../../../capabilities/accounts/read.ts';
import { cannotGive, notGrantable } from '../../../../capabilities/accounts/shutOut/giveBack.ts';
import {
  grantFor,
  knownPrivileges,
  lacking,
  NEEDED_ANYWHERE,
  NEEDED_BY_MHA,
  NEEDED_ON_NEW,
  NEEDED_ON_ORIG,
  type Need,
} from '../../../../capabilities/privileges.ts';
import { systemUsersOn } from '../../../switch/ownPrivileges.ts';
import type { Check, CheckContext, CheckedServer } from '../../context.ts';
import { each, someOf, whereOf } from '../each.ts';
import { type AccountFacts, accountFacts } from '../facts.ts';

/** Privileges that the MHA account lacks: an error if the next switch fails without them, a warning if a later one does. */
export const privileges: Check = {
  title: "privileges of MHA's account",
  run: (context) =>
    each(context.servers, async (server) => {
      const own = await readOwnState(server.session);
      const lacks = await lackingFindings(context, server, own);
      if (!context.master) return lacks;
      // If it may not read the accounts, that is already reported, and nothing more can be checked.
      const facts = await accountFacts(context, context.master).catch((error) => {
        if (lacks.length === 0) throw error;
      });
      return facts ? [...lacks, ...(await aboutOthers(context, server, own, facts))] : lacks;
    }),
};

async function aboutOthers(
  context: CheckContext,
  server: CheckedServer,
  own: AccountState,
  facts: AccountFacts,
): Promise<Finding[]> {
  const system = await systemUserFindings(context, server, facts);
  return context.settings.blockMethod === 'lock' ? system : [...system, ...lockedOnly(server, own, facts)];
}

async function lackingFindings(context: CheckContext, server: CheckedServer, own: AccountState): Promise<Finding[]> {
  const known = { version: server.identity.version, known: await knownPrivileges(server.session) };
  const held = globalPrivileges(own.grants);
  const needs = needsOf(context, server);
  const now = lacking(known, held, needs.now);
  const later = lacking(known, held, needs.later).filter((need) => !now.some((n) => n.what === need.what));
  return [
    ...lack(server, own.account, now, error, 'a switch fails without'),
    ...lack(server, own.account, later, warning, 'some of what a switch does to this server fails without'),
  ];
}

/** What the next switch needs on this server, and what a later switch or the end of one needs. */
function needsOf({ master }: CheckContext, server: CheckedServer): { now: readonly Need[]; later: readonly Need[] } {
  if (server === master) return { now: [...NEEDED_ON_ORIG, ...NEEDED_BY_MHA], later: [] };
  if (!server.mayBeMaster) return { now: NEEDED_BY_MHA, later: NEEDED_ANYWHERE };
  return { now: [...NEEDED_ON_NEW, ...NEEDED_BY_MHA], later: NEEDED_ON_ORIG };
}

function lack(
  server: CheckedServer,
  account: Account,
  needs: readonly Need[],
  find: typeof error,
  advice: string,
): Finding[] {
  if (needs.length === 0) return [];
  const what = needs.map((need) => `${need.anyOf.join(' or ')} (to ${need.what})`);
  const text = `MHA's account ${accountName(account)} lacks ${what.join(', ')}`;
  const grants = new Set(needs.map((need) => grantFor(need, accountSql(account))));
  return [find('privilege_missing', whereOf(server), text, `grant it: ${advice}`, [...grants])];
}

async function systemUserFindings(
  { master }: CheckContext,
  server: CheckedServer,
  { plan, states }: AccountFacts,
): Promise<Finding[]> {
  if (server !== master && !server.mayBeMaster) return [];
  const found = await systemUsersOn(server.session, plan.blocked, states);
  if (!found) return [];
  const advice = 'grant it too, or name them in preserve_accounts: until then stop refuses to begin';
  return [error('system_user', whereOf(server), found.text, advice, [found.grant])];
}

/** Accounts that are only locked because this account could not give their privileges back, and what would let it. */
function lockedOnly(server: CheckedServer, own: AccountState, { plan, states }: AccountFacts): Finding[] {
  const locked = new Set(plan.blocked.filter((b) => b.method === 'lock').map((b) => accountName(b.account)));
  const concerned = states.filter((state) => locked.has(accountName(state.account)));
  const wanting = concerned.flatMap((state) => {
    const grants = effectiveGrants(state).filter((grant) => cannotGive(grant, own.grants) !== undefined);
    return grants.length > 0 ? [{ name: accountName(state.account), grants }] : [];
  });
  const statements = new Set(wanting.flatMap(({ grants }) => grants.flatMap((g) => enabling(g, own))));
  if (statements.size === 0) return [];
  const text = `${someOf(wanting.map((w) => w.name))}: locked, not revoked, because ${accountName(own.account)} could not give the privileges back`;
  const advice = 'locking shuts them out as well; these statements would let it revoke and give back';
  return [note('cannot_give_back', whereOf(server), text, advice, [...statements])];
}

/** What lets the account pass this grant on; none if nobody can. */
function enabling(grant: Grant, own: AccountState): string[] {
  const to = accountSql(own.account);
  if (grant.kind === 'proxy') return [`GRANT PROXY ON ''@'%' TO ${to} WITH GRANT OPTION`];
  if (grant.kind === 'role') return [`GRANT ${accountSql(grant.role)} TO ${to} WITH ADMIN OPTION`];
  if (grant.kind !== 'privileges' || own.grants.some((g) => g.kind === 'restriction')) return [];
  const names = notGrantable(grant, own.grants).filter((name) => name !== 'GRANT OPTION');
  return [`GRANT ${names.join(', ') || 'USAGE'} ON *.* TO ${to} WITH GRANT OPTION`];
}
