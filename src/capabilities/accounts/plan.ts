import { accountName } from '../../base/account.ts';
import type { Blocked } from './block.ts';
import { cannotGive } from './giveBack.ts';
import { type Grant, grantKey } from './grant.ts';
import { type KeepRules, keepReason } from './keep.ts';
import { type AccountState, effectiveGrants } from './read.ts';

export interface BlockPlan {
  readonly blocked: readonly Blocked[];
  /** Who keeps their rights, and why. */
  readonly kept: readonly { readonly state: AccountState; readonly reason: string }[];
  /** Oddities an operator should know of, in words. */
  readonly notes: readonly string[];
}

export interface PlanInput {
  readonly states: readonly AccountState[];
  readonly rules: KeepRules;
  /** What the MHA account holds on the original and on the new master: both must be able to give back. */
  readonly givers: readonly (readonly Grant[])[];
  /** The keys of grants on what no longer exists. */
  readonly gone: ReadonlySet<string>;
}

/**
 * Decides, for every account, whether it is kept, revoked or locked. Revoked where every one of its rights can be
 * granted again just as it was; locked otherwise. Roles keep their own rights: nobody who is shut out holds a role any more.
 */
export function planBlock(input: PlanInput): BlockPlan {
  const blocked: Blocked[] = [];
  const kept: { state: AccountState; reason: string }[] = [];
  const notes: string[] = [];
  for (const state of input.states) {
    if (state.account.kind === 'role' || state.ignored) continue;
    const reason = keepReason(state, input.rules);
    if (reason) kept.push({ state, reason });
    else decide(state, input, blocked, notes);
  }
  return { blocked, kept, notes };
}

function decide(state: AccountState, input: PlanInput, blocked: Blocked[], notes: string[]): void {
  const grants = effectiveGrants(state);
  if (grants.length === 0 && !state.unreadable) return;
  const obstacles = grants.map((grant) => obstacle(grant, input));
  const why = state.unreadable ?? obstacles.find((o) => o !== undefined);
  if (state.account.kind === 'public') {
    const revocable = grants.filter((_, i) => obstacles[i] === undefined);
    if (revocable.length > 0) blocked.push({ account: state.account, method: 'revoke', grants: revocable });
    if (why) notes.push(`PUBLIC keeps a right that could not be given back: ${why}`);
    return;
  }
  if (!why) blocked.push({ account: state.account, method: 'revoke', grants });
  else if (!state.locked) {
    blocked.push({ account: state.account, method: 'lock', grants: [] });
    notes.push(`${accountName(state.account)} is locked instead of revoked: ${why}`);
  }
}

/**
 * A GRANT on several columns gives the same rights, but SHOW GRANTS may list the columns in another order afterwards
 * (seen on MariaDB 10.11), and every comparison of servers by text would find a difference.
 */
const SEVERAL_COLUMNS = 'a right on several columns would be listed in another order afterwards';

function columnsOf(grant: Extract<Grant, { kind: 'privileges' }>): Set<string> {
  return new Set(grant.privileges.flatMap((p) => p.columns));
}

/** What GRANT takes in every sql_mode; PACKAGE is a syntax error outside ORACLE mode (seen on MariaDB 10.11). */
const GRANTABLE_ON: ReadonlySet<string> = new Set(['TABLE', 'FUNCTION', 'PROCEDURE']);

function obstacle(grant: Grant, input: PlanInput): string | undefined {
  if (grant.kind === 'privileges' && !GRANTABLE_ON.has(grant.on.type)) return `a right on a ${grant.on.type}`;
  if (grant.kind === 'privileges' && columnsOf(grant).size > 1) return SEVERAL_COLUMNS;
  if (input.gone.has(grantKey(grant))) return 'a right on a table, column or routine that no longer exists';
  for (const giver of input.givers) {
    const why = cannotGive(grant, giver);
    if (why) return `the MHA account could take but not give it back (${why})`;
  }
  return undefined;
}
