import { type Account, accountName } from '../../base/account.ts';
import { type Grant, globalPrivileges } from './grants/grant.ts';
import type { AccountState } from './read.ts';
import type { Blocked } from './shutOut/blocked.ts';
import { ROOT, SERVERS_OWN } from './shutOut/keep.ts';

/** Privileges to write in spite of read_only, under all names in MariaDB and MySQL. */
const PASSES_READ_ONLY = ['SUPER', 'READ_ONLY ADMIN', 'READ ONLY ADMIN', 'CONNECTION_ADMIN', 'ALL PRIVILEGES'];

type Kept = readonly { readonly state: AccountState; readonly reason: string }[];

interface Input {
  readonly states: readonly AccountState[];
  readonly rules: { readonly mhaUsers: readonly string[] };
}

/** What kept accounts can still do, in words. */
export function keptNotes(input: Input, blocked: readonly Blocked[], kept: Kept): string[] {
  const passing = passingReadOnly(input, kept).map(({ account, by }) => `${accountName(account)} (${by})`);
  const notes = passing.length > 0 ? [`kept, and may write in spite of read_only: ${passing.join(', ')}`] : [];
  return [...notes, ...proxyNotes(input, blocked, kept)];
}

/** Kept accounts that may write in spite of read_only, and by which privilege; without the MHA account. */
export function passingReadOnly(
  { states, rules }: Input,
  kept: Kept,
): { readonly account: Account; readonly by: string; readonly reason: string }[] {
  const grantsOf = withRoles(states);
  return askedOf(rules, kept).flatMap(({ state, reason }) => {
    const held = globalPrivileges(grantsOf(state));
    const by = PASSES_READ_ONLY.find((name) => held.has(name));
    return by && !isOwn(state.account, reason) ? [{ account: state.account, by, reason }] : [];
  });
}

/** Kept accounts with a proxy privilege on one that is shut out, in words. */
export function proxyNotes({ rules }: Input, blocked: readonly Blocked[], kept: Kept): string[] {
  return askedOf(rules, kept).flatMap(({ state }) => proxyNote(state, blocked));
}

function askedOf({ mhaUsers }: Input['rules'], kept: Kept): Kept {
  return kept.filter(({ state }) => !mhaUsers.includes(state.account.user));
}

/** The server's own, and root on the server itself: every DBA knows these. */
function isOwn({ host }: Account, reason: string): boolean {
  return reason === SERVERS_OWN || (reason === ROOT && ['localhost', '127.0.0.1', '::1'].includes(host));
}

function proxyNote(state: AccountState, blocked: readonly Blocked[]): string[] {
  const on = state.grants.flatMap((g) => (g.kind === 'proxy' ? [g.on] : []));
  const shut = on.filter((o) => blocked.some((b) => b.account.user === o.user && b.account.host === o.host));
  const names = shut.map(accountName).join(', ');
  return names === '' ? [] : [`${accountName(state.account)} is kept, but logs in as ${names}, which is shut out`];
}

/** An account's grants with those of all roles that it can take on. */
export function withRoles(states: readonly AccountState[]): (state: AccountState) => Grant[] {
  const byName = new Map(states.map((s) => [key(s.account), s]));
  return (state) => {
    const seen = new Set<AccountState>();
    const visit = (one: AccountState | undefined): Grant[] => {
      if (!one || seen.has(one)) return [];
      seen.add(one);
      return [...one.grants, ...one.grants.flatMap((g) => (g.kind === 'role' ? visit(byName.get(key(g.role))) : []))];
    };
    return visit(state);
  };
}

function key({ user, host }: Account): string {
  return `${user}\0${host}`;
}
