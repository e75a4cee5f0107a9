import { accountName } from '../../../base/account.ts';
import type { AccountState } from '../read.ts';
import { grantKey } from './grant.ts';

/**
 * How an account of one server differs on another, in words without a hash; undefined where it is the same, as far as
 * can be told: {@link apartSalted}.
 */
export function difference(here: AccountState, there: AccountState | undefined): string | undefined {
  if (!there || (there.ignored && !here.ignored)) return 'is missing';
  const parts: string[] = [];
  if (!sameSet(here.grants.map(grantKey), there.grants.map(grantKey))) parts.push('has other rights');
  if (withoutSalt(here) !== withoutSalt(there)) parts.push('logs in otherwise (password, REQUIRE, limits or lock)');
  if (here.defaultRole !== there.defaultRole) parts.push('has another default role');
  return parts.length > 0 ? parts.join(', ') : undefined;
}

/** The differing accounts among `here`, each as a sentence about `serverName`. */
export function differences(
  here: readonly AccountState[],
  there: readonly AccountState[],
  serverName: string,
): { readonly state: AccountState; readonly text: string }[] {
  const byName = new Map(there.map((state) => [accountName(state.account), state]));
  return here.flatMap((state) => {
    const how = difference(state, byName.get(accountName(state.account)));
    return how ? [{ state, text: `${accountName(state.account)} ${how} on ${serverName}` }] : [];
  });
}

/**
 * The accounts whose hashes are salted and differ, which they do for the same password too where the account was made on
 * each server by itself.
 */
export function apartSalted(here: readonly AccountState[], there: readonly AccountState[]): AccountState[] {
  const byName = new Map(there.map((state) => [accountName(state.account), state]));
  return here.filter((state) => {
    const other = byName.get(accountName(state.account));
    return other && state.login.reveal() !== other.login.reveal() && withoutSalt(state) === withoutSalt(other);
  });
}

const SALTED = /\b((?:caching_sha2_password|sha256_password|parsec)['`]? (?:AS|USING) )'(?:[^'\\]|\\.|'')+'/gs;

/** How it logs in, as far as that is the same for the same password on every server. Holds a hash. */
export function withoutSalt({ login }: AccountState): string {
  return login.reveal().replace(SALTED, '$1salted');
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const left = new Set(a);
  return left.size === new Set(b).size && b.every((key) => left.has(key));
}
