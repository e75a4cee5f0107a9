import type { Account } from '../../base/account.ts';

/**
 * True if a session can only belong to one of `kept`. Servers do not report a session's account, only user and client host:
 * all accounts of that user whose host fits must be kept, or all accounts of that user if no host fits (a host name is seen
 * as an address).
 */
export function isKeptSession(
  session: { readonly user: string; readonly host: string },
  kept: readonly Account[],
  all: readonly Account[],
): boolean {
  const named = all.filter((account) => account.kind === 'user' && account.user === session.user);
  const fitting = named.filter((account) => hostFits(account.host, session.host));
  const candidates = fitting.length > 0 ? fitting : named;
  return candidates.length > 0 && candidates.every((account) => kept.includes(account));
}

/**
 * Matches host patterns as the servers do: `%` and `_` unless escaped by a backslash, an address with a netmask or with the
 * number of its bits (MySQL 8.0.23), or the name itself.
 */
export function hostFits(pattern: string, host: string): boolean {
  const [network, mask] = pattern.split('/');
  if (mask && network) return inNetwork(network, mask, host);
  const source = pattern.replace(/\\(.)|([%_])|[.*+?^${}()|[\]\\]/gs, (found, escaped?: string, wildcard?: string) => {
    if (wildcard) return wildcard === '%' ? '.*' : '.';
    return literal(escaped ?? found);
  });
  return new RegExp(`^${source}$`, 'is').test(host);
}

function literal(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function inNetwork(network: string, mask: string, host: string): boolean {
  const [base, address] = [number(network), number(host)];
  const bits = /^\d+$/.test(mask) ? prefix(Number(mask)) : number(mask);
  if (base === undefined || bits === undefined || address === undefined) return false;
  return (address & bits) >>> 0 === base;
}

function prefix(length: number): number | undefined {
  if (length > 32) return undefined;
  return length === 0 ? 0 : (-1 << (32 - length)) >>> 0;
}

function number(address: string): number | undefined {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((p) => !Number.isInteger(p) || p < 0 || p > 255)) return undefined;
  return parts.reduce((sum, part) => ((sum << 8) | part) >>> 0, 0);
}
