import { lookup } from 'node:dns/promises';
import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import { messageOf } from '../../base/errors.ts';

/**
 * The address of a host, as MHA finds it: the first one that `getaddrinfo` gives, in the resolver's order.
 * @throws Error if there is none, and for a name outside ASCII: Node would translate it, MHA does not.
 */
export async function addressOf(host: string): Promise<string> {
  if (host === '') throw new Error('the name is empty');
  if (/[^\0-\x7f]/.test(host)) throw new Error('the name is not ASCII');
  if (isIPv4(host)) return host;
  try {
    return canonical((await lookup(host, { verbatim: true })).address);
  } catch (error) {
    throw new Error(`the name cannot be resolved (${messageOf(error)})`);
  }
}

/**
 * The one spelling that `getnameinfo` gives; Node returns an IPv6 literal as it was written. Without a colon it is none: the
 * pattern of `isIPv6` takes 2 ms when it is first used.
 */
function canonical(address: string): string {
  if (!address.includes(':') || !isIPv6(address)) return address;
  const [bare = address, ...scope] = address.split('%');
  return [new SocketAddress({ address: bare, family: 'ipv6' }).address, ...scope].join('%');
}
