import { isIPv6 } from 'node:net';
import { UsageError } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';

export interface NamedServer {
  readonly host: string;
  readonly port: number;
  /** False if the port is only the default. */
  readonly portGiven: boolean;
}

const DEFAULT_PORT = 3306;

/**
 * Reads `PORT HOST…`, the port being that of all hosts without their own, or `HOST[:PORT]…`; an IPv6 address with a port
 * is in brackets. A server that is named twice counts once. @throws UsageError that lists everything wrong
 */
export function parseHosts(words: readonly string[]): NamedServer[] {
  const [first = '', ...rest] = words;
  const portFirst = /^\d+$/.test(first);
  const problems: string[] = [];
  const common = portFirst ? portIn(first) : DEFAULT_PORT;
  if (common === undefined) problems.push(`${first} is no port: 1 to 65535`);
  if (portFirst && rest.length === 0) problems.push(`name at least one host after the port ${first}`);
  const servers = new Map<string, NamedServer>();
  for (const word of portFirst ? rest : words) {
    const server = serverIn(word, common ?? DEFAULT_PORT, portFirst);
    if (typeof server === 'string') problems.push(server);
    else servers.set(nameOf(server).toLowerCase(), server);
  }
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return [...servers.values()];
}

/** The server, or what is wrong with the word. */
function serverIn(word: string, common: number, portFirst: boolean): NamedServer | string {
  const [, bracketed, after] = /^\[([^\]]*)\](?::(.*))?$/.exec(word) ?? [];
  const colon = isIPv6(word) ? -1 : word.indexOf(':');
  const plain = colon < 0 ? word : word.slice(0, colon);
  const host = bracketed ?? plain;
  const given = bracketed === undefined ? (colon < 0 ? undefined : word.slice(colon + 1)) : after;
  const port = given === undefined ? common : portIn(given);
  if (port === undefined) return `${shown(word)}: ${shown(given ?? '')} is no port: 1 to 65535`;
  const isAddress = isIPv6(host);
  if (bracketed !== undefined && !isAddress) return `${shown(word)}: only an IPv6 address stands in brackets`;
  if (!isAddress && !/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9_.])?$/.test(host))
    return `${shown(word)} is no host name or address`;
  return { host, port, portGiven: portFirst || given !== undefined };
}

function portIn(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : undefined;
}

function shown(word: string): string {
  return JSON.stringify(word);
}
