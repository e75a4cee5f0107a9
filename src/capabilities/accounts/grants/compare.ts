import { type Account, accountName } from '../../../base/account.ts';
import type { AccountState } from '../read.ts';
import { grantKey } from './grant.ts';

/** In what an account of one server differs on another; `missing` stands alone. */
export type Difference = keyof typeof WORDS;

const WORDS = {
  missing: 'is missing',
  rights: 'has other rights',
  login: 'logs in otherwise (password, REQUIRE, limits or lock)',
  'default role': 'has another default role',
} as const;

/** Empty if the account is the same on both servers, as far as that can be determined: {@link apartSalted}. */
export function difference(here: AccountState, there: AccountState | undefined): Difference[] {
  if (!there || (there.ignored && !here.ignored)) return ['missing'];
  const found: Difference[] = [];
  if (!sameSet(here.grants.map(grantKey), there.grants.map(grantKey))) found.push('rights');
  if (withoutSalt(here) !== withoutSalt(there)) found.push('login');
  if (here.defaultRole !== there.defaultRole) found.push('default role');
  return found;
}

/** The same in words, without a hash. */
export function differenceWords(found: readonly Difference[]): string {
  return found.map((each) => WORDS[each]).join(', ');
}

export interface Differing {
  readonly account: Account;
  readonly how: readonly Difference[];
}

/** The accounts among `here` that differ from those of the same name among `there`. */
export function differences(here: readonly AccountState[], there: readonly AccountState[]): Differing[] {
  const byName = new Map(there.map((state) => [accountName(state.account), state]));
  const all = here.map((s) => ({ account: s.account, how: difference(s, byName.get(accountName(s.account))) }));
  return all.filter(({ how }) => how.length > 0);
}

/** A sentence about the server that differs. */
export function differenceText({ account, how }: Differing, serverName: string): string {
  return `${accountName(account)} ${differenceWords(how)} on ${serverName}`;
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
