import { type Account, accountName } from '../../../base/account.ts';
import { GRANTABLE_ON, type Grant, grantKey } from '../grants/grant.ts';
import { type AccountState, effectiveGrants } from '../read.ts';
import { keptNotes } from '../whoCanStill.ts';
import type { Blocked, BlockMethod } from './blocked.ts';
import { cannotGive } from './giveBack.ts';
import { type KeepRules, keepReason } from './keep.ts';

export interface BlockPlan {
  readonly blocked: readonly Blocked[];
  /** Who keeps their rights, and why. */
  readonly kept: readonly { readonly state: AccountState; readonly reason: string }[];
  /** The accounts that are locked where a revoke was asked for, by why. */
  readonly locked: ReadonlyMap<string, readonly Account[]>;
  /** Oddities an operator should know of, in words. */
  readonly notes: readonly string[];
}

export interface PlanInput {
  readonly states: readonly AccountState[];
  readonly rules: KeepRules;
  readonly method: BlockMethod;
  /** What the MHA account holds on the original and on the new master: both must be able to give back. */
  readonly givers: readonly (readonly Grant[])[];
  /** The keys of grants on what no longer exists. */
  readonly gone: ReadonlySet<string>;
  /** MySQL's mandatory_roles. */
  readonly mandatory: readonly Account[];
  /** What runs with an account's rights, in words, by `user@host`. */
  readonly definers: ReadonlyMap<string, string>;
}

/**
 * Decides, for every account, whether it is kept, revoked or locked. Revoked, where that is asked for, if every one of
 * its rights can be granted again just as it was and nothing else needs them; locked otherwise. An account that is
 * locked already is left alone: nobody can log in as it. Roles keep their own rights: nobody who is shut out holds one
 * any more.
 */
export function planBlock(input: PlanInput): BlockPlan {
  const everybody = heldByEverybody(input);
  const granted = grantedAsRoles(input.states);
  const blocked: Blocked[] = [];
  const kept: { state: AccountState; reason: string }[] = [];
  const locked = new Map<string, Account[]>();
  for (const state of input.states) {
    if (state.account.kind === 'role' || state.ignored) continue;
    const reason = keepReason(state, input.rules);
    if (reason) kept.push({ state, reason });
    else if (state.account.kind === 'public') blocked.push(...blockPublic(state, input));
    else if (!state.locked) {
      const why = everybody ?? granted.get(nameAtHost(state.account)) ?? whyNotRevoke(state, input);
      const one = blockOne(state, input.method, why);
      if (one) blocked.push(one);
      if (one && why && input.method !== 'lock') locked.set(why, [...(locked.get(why) ?? []), state.account]);
    }
  }
  return { blocked, kept, locked, notes: [...lockNotes(locked), ...keptNotes(input, blocked, kept)] };
}

function blockOne(state: AccountState, method: BlockMethod, why: string | undefined): Blocked | undefined {
  const { account } = state;
  if (method === 'lock' || why) return { account, method: 'lock', grants: [] };
  const grants = effectiveGrants(state);
  return grants.length > 0 || method === 'both' ? { account, method, grants } : undefined;
}

function blockPublic(state: AccountState, input: PlanInput): Blocked[] {
  if (input.method === 'lock') return [];
  const grants = effectiveGrants(state).filter((grant) => obstacle(grant, input) === undefined);
  return grants.length > 0 ? [{ account: state.account, method: 'revoke', grants }] : [];
}

/** Why a revoke would leave everybody with rights. */
function heldByEverybody(input: PlanInput): string | undefined {
  const publicState = input.states.find((s) => s.account.kind === 'public');
  const left =
    publicState &&
    (publicState.unreadable ??
      effectiveGrants(publicState)
        .map((g) => obstacle(g, input))
        .find(Boolean));
  if (left) return `PUBLIC keeps a right that could not be given back: ${left}`;
  const mandatory = input.mandatory.find(({ user, host }) =>
    input.states.some((s) => s.account.user === user && s.account.host === host && effectiveGrants(s).length > 0),
  );
  return mandatory && `mandatory_roles gives everybody ${accountName(mandatory)}, which no REVOKE takes`;
}

/** Accounts that others hold as a role: taking their rights would take them from accounts that are kept. */
function grantedAsRoles(states: readonly AccountState[]): Map<string, string> {
  const roles = states.flatMap((s) => s.grants.flatMap((g) => (g.kind === 'role' ? [g.role] : [])));
  return new Map(roles.map((role) => [nameAtHost(role), 'it is granted to others as a role']));
}

function whyNotRevoke(state: AccountState, input: PlanInput): string | undefined {
  if (state.unreadable) return state.unreadable;
  const runs = input.definers.get(nameAtHost(state.account));
  const grants = effectiveGrants(state);
  if (runs && grants.length > 0) return `${runs} runs with its rights, on a replica too`;
  return grants.map((grant) => obstacle(grant, input)).find((o) => o !== undefined);
}

function nameAtHost({ user, host }: Account): string {
  return `${user}@${host}`;
}

/**
 * A GRANT on several columns gives the same rights, but SHOW GRANTS may list the columns in another order afterwards
 * (seen on MariaDB 10.11), and every comparison of servers by text would find a difference.
 */
const SEVERAL_COLUMNS = 'a right on several columns would be listed in another order afterwards';

function obstacle(grant: Grant, input: PlanInput): string | undefined {
  if (grant.kind === 'privileges' && !GRANTABLE_ON.some((type) => type === grant.on.type))
    return `a right on a ${grant.on.type}`;
  if (grant.kind === 'privileges' && new Set(grant.privileges.flatMap((p) => p.columns)).size > 1)
    return SEVERAL_COLUMNS;
  if (input.gone.has(grantKey(grant))) return 'a right on a table, column or routine that no longer exists';
  for (const giver of input.givers) {
    const why = cannotGive(grant, giver);
    if (why) return `the MHA account could take but not give it back (${why})`;
  }
  return undefined;
}

/** A line a reason; of many accounts only the first ones are named. */
export function lockNotes(locked: ReadonlyMap<string, readonly Account[]>): string[] {
  return [...locked].map(([why, accounts]) => {
    const names = accounts.slice(0, 3).map(accountName).join(', ');
    const more = accounts.length > 3 ? ` and ${accounts.length - 3} more` : '';
    return `${names}${more} ${accounts.length > 1 ? 'are' : 'is'} locked instead of revoked: ${why}`;
  });
}
