import type { Secret } from './secret.ts';

/** Where a server listens: `host` as the configuration names it, `ip` as MHA resolved it. */
export interface Endpoint {
  readonly host: string;
  readonly ip: string;
  readonly port: number;
}

/** A server and the account to log in with. */
export interface Target extends Endpoint {
  readonly user: string;
  readonly password: Secret;
}

/** Drops the credentials. */
export function endpointOf({ host, ip, port }: Endpoint): Endpoint {
  return { host, ip, port };
}

/** `host:port`, as messages name a server; an IPv6 address in brackets. */
export function nameOf(server: Pick<Endpoint, 'host' | 'port'>): string {
  return server.host.includes(':') ? `[${server.host}]:${server.port}` : `${server.host}:${server.port}`;
}

/** The parts of `HOST`, `HOST:PORT`, `[IPV6]:PORT`; an IPv6 address without brackets has no port. */
export function hostAndPort(text: string): { host: string; port?: string } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? [];
  return { host: bracketed ?? plain ?? text, ...(port === undefined ? {} : { port }) };
}

/** True if both have the same port and the same name or resolved address. */
export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && (a.ip === b.ip || a.host.toLowerCase() === b.host.toLowerCase());
}
