import { type Endpoint, nameOf } from '../../base/server.ts';

/** Undefined for anything that is not a time. */
export function timeOf(at: string | undefined): number | undefined {
  const time = Date.parse(at ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** Milliseconds; undefined for anything that is not a duration, or for more than thirty years. */
export function lengthOf(ms: unknown): number | undefined {
  return typeof ms === 'number' && ms < 1e12 ? Math.max(0, ms) : undefined;
}

export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** `host:port`, even if the record's host is not a text. */
export function serverName({ host, port }: Endpoint): string {
  return nameOf({ host: String(host), port });
}
