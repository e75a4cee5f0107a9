import { type Account, accountName } from '../../../base/account.ts';
import { GRANTABLE_ON, type Grant, grantKey } from '../grants/grant.ts';
import { type AccountState, effectiveGrants } from '../read.ts';
import { keptNotes } from '../whoCanStill.ts';
import type { Blocked, BlockMethod } from './blocked.ts';
import { cannotGive } from './giveBack.ts';
import { type KeepRules, keepReason } from './keep.ts';

export interface BlockPlan {
  readonly blocked: readonly Blocked[];
  readonly kept: readonly { readonly state: AccountState; readonly reason: string }[];
  /** The accounts that are locked although a revoke was requested, by reason. */
  readonly locked: ReadonlyMap<string, readonly Account[]>;
  /** What the operator should know, in words. */
  readonly notes: readonly string[];
}

interface PlanInput {
  readonly states: readonly AccountState[];
  readonly rules: KeepRules;
  readonly method: BlockMethod;
  /** The MHA account's grants on the original and on the new master: both must be able to give privileges back. */
  readonly givers: readonly (readonly Grant[])[];
  /** The keys of grants on objects that no longer exist. */
  readonly gone: ReadonlySet<string>;
  /** MySQL's mandatory_roles. */
  readonly mandatory: readonly Account[];
  /** What runs with an account's rights, in words, by `user@host`. */
  readonly definers: ReadonlyMap<string, string>;
}

/**
 * Decides whether each account is kept, revoked or locked. If a revoke is requested, it is revoked if all its rights can be
 * granted again exactly and nothing else needs them; otherwise locked. A locked account stays as it is: nobody can log in
 * as it. Roles keep their rights: no account that is shut out holds one.
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

/** Why all accounts would still have rights after a revoke. */
function heldByEverybody(input: PlanInput): string | undefined {
  const publicState = input.states.find((s) => s.account.kind === 'public');
  const left = publicState && (publicState.unreadable ?? firstObstacle(publicState, input));
  if (left) return `PUBLIC keeps a right that could not be given back: ${left}`;
  const mandatory = input.mandatory.find(({ user, host }) =>
    input.states.some((s) => s.account.user === user && s.account.host === host && effectiveGrants(s).length > 0),
  );
  return mandatory && `mandatory_roles gives everybody ${accountName(mandatory)}, which cannot be revoked`;
}

/** Accounts that are granted as roles: a revoke would affect kept accounts that hold them. */
function grantedAsRoles(states: readonly AccountState[]): Map<string, string> {
  const roles = states.flatMap((s) => s.grants.flatMap((g) => (g.kind === 'role' ? [g.role] : [])));
  return new Map(roles.map((role) => [nameAtHost(role), 'it is granted to others as a role']));
}

function whyNotRevoke(state: AccountState, input: PlanInput): string | undefined {
  if (state.unreadable) return state.unreadable;
  const runs = input.definers.get(nameAtHost(state.account));
  if (runs && effectiveGrants(state).length > 0) return `${runs} runs with its rights, on a replica too`;
  return firstObstacle(state, input);
}

function firstObstacle(state: AccountState, input: PlanInput): string | undefined {
  return effectiveGrants(state)
    .map((grant) => obstacle(grant, input))
    .find(Boolean);
}

function nameAtHost({ user, host }: Account): string {
  return `${user}@${host}`;
}

/** After a GRANT on several columns SHOW GRANTS may list them in another order (seen on MariaDB 10.11). */
const SEVERAL_COLUMNS = 'a right on several columns would be listed in another order afterwards';

function obstacle(grant: Grant, input: PlanInput): string | undefined {
  if (grant.kind === 'privileges') {
    if (!GRANTABLE_ON.some((type) => type === grant.on.type)) return `a right on a ${grant.on.type}`;
    if (new Set(grant.privileges.flatMap((p) => p.columns)).size > 1) return SEVERAL_COLUMNS;
  }
  if (input.gone.has(grantKey(grant))) return 'a right on a table, column or routine that no longer exists';
  for (const giver of input.givers) {
    const why = cannotGive(grant, giver);
    if (why) return `the MHA account could revoke it but not give it back (${why})`;
  }
  return undefined;
}

/** A line for each reason, with the names of three accounts at most. */
export function lockNotes(locked: ReadonlyMap<string, readonly Account[]>): string[] {
  return [...locked].map(([why, accounts]) => {
    const names = accounts.slice(0, 3).map(accountName).join(', ');
    const more = accounts.length > 3 ? ` and ${accounts.length - 3} more` : '';
    return `${names}${more} ${accounts.length > 1 ? 'are' : 'is'} locked instead of revoked: ${why}`;
  });
}
