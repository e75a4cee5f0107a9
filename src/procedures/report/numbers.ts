import { type Endpoint, nameOf } from '../../base/server.ts';

/** Undefined for what is no time. */
export function timeOf(at: string | undefined): number | undefined {
  const time = Date.parse(at ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** Milliseconds; undefined for what is no length of time, or of more than thirty years. */
export function lengthOf(ms: unknown): number | undefined {
  return typeof ms === 'number' && ms < 1e12 ? Math.max(0, ms) : undefined;
}

/** Undefined for what is no number. */
export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** `host:port`, whatever a record holds as the host. */
export function serverName({ host, port }: Endpoint): string {
  return nameOf({ host: String(host), port });
}
