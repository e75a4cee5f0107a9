import { type Account, accountName } from '../../../base/account.ts';
import type { AccountState } from '../read.ts';
import { grantKey } from './grant.ts';

/** How an account differs on another server; `missing` comes alone. */
type Difference = keyof typeof WORDS;

const WORDS = {
  missing: 'is missing',
  rights: 'has other rights',
  login: 'logs in otherwise (password, REQUIRE, limits or lock)',
  'default role': 'has another default role',
} as const;

/** Empty if the account is the same on both servers, as far as can be determined: see {@link apartSalted}. */
export function difference(here: AccountState, there: AccountState | undefined): Difference[] {
  if (!there || (there.ignored && !here.ignored)) return ['missing'];
  const found: Difference[] = [];
  if (!sameSet(here.grants.map(grantKey), there.grants.map(grantKey))) found.push('rights');
  if (withoutSalt(here) !== withoutSalt(there)) found.push('login');
  if (here.defaultRole !== there.defaultRole) found.push('default role');
  return found;
}

/** In words, without a hash. */
export function differenceWords(found: readonly Difference[]): string {
  return found.map((each) => WORDS[each]).join(', ');
}

interface Differing {
  readonly account: Account;
  readonly how: readonly Difference[];
}

/** The accounts in `here` that differ from those of the same name in `there`. */
export function differences(here: readonly AccountState[], there: readonly AccountState[]): Differing[] {
  const byName = new Map(there.map((state) => [accountName(state.account), state]));
  const all = here.map((s) => ({ account: s.account, how: difference(s, byName.get(accountName(s.account))) }));
  return all.filter(({ how }) => how.length > 0);
}

/** A sentence about the server that differs. */
export function differenceText({ account, how }: Differing, serverName: string): string {
  return `${accountName(account)} ${differenceWords(how)} on ${serverName}`;
}

/** Accounts whose salted hashes differ, as they do for the same password if the account was created on each server. */
export function apartSalted(here: readonly AccountState[], there: readonly AccountState[]): AccountState[] {
  const byName = new Map(there.map((state) => [accountName(state.account), state]));
  return here.filter((state) => {
    const other = byName.get(accountName(state.account));
    return other && state.login.reveal() !== other.login.reveal() && withoutSalt(state) === withoutSalt(other);
  });
}

const SALTED = /\b((?:caching_sha2_password|sha256_password|parsec)['`]? (?:AS|USING) )'(?:[^'\\]|\\.|'')+'/gs;

/** How it logs in, without salted hashes. May hold another hash. */
export function withoutSalt({ login }: AccountState): string {
  return login.reveal().replace(SALTED, '$1salted');
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const left = new Set(a);
  return left.size === new Set(b).size && b.every((key) => left.has(key));
}
