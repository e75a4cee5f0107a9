import type { Clock } from '../../adapters/clock.ts';
import type { Session } from '../../adapters/mysql/session.ts';
import type { Finding } from '../../base/finding.ts';

/** How far a clock is ahead of this host's, in milliseconds; it may be off by `give` either way. */
export interface ClockReading {
  /** Which host: two readings of one host are of one clock. */
  readonly host: string;
  readonly where: string;
  readonly aheadMs: number;
  readonly giveMs: number;
}

/** The reading of a clock that showed `shownMs` at some time between `fromMs` and `toMs` of this host's. */
export function clockReading(host: string, where: string, shownMs: number, fromMs: number, toMs: number): ClockReading {
  return { host, where, aheadMs: shownMs - (fromMs + toMs) / 2, giveMs: (toMs - fromMs) / 2 };
}

export async function readServerClock(session: Session, clock: Clock, where: string): Promise<ClockReading> {
  const from = clock.now().getTime();
  const [row] = await session.rows(
    "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', UTC_TIMESTAMP(6)) / 1000 AS ms",
  );
  return clockReading(session.server.ip, where, Number(row?.ms), from, clock.now().getTime());
}

/**
 * Clocks that are surely more than two seconds apart from this host's; servers that differ among themselves are another
 * check's. Where only this host's is off, that is the one finding; of hosts asked over ssh those that their server does
 * not tell of.
 */
export function clockFindings(servers: readonly ClockReading[], overSsh: readonly ClockReading[]): Finding[] {
  const all = [...servers, ...overSsh];
  const ahead = all.map((r) => r.aheadMs);
  const together = all.length > 0 && Math.max(...ahead) - Math.min(...ahead) <= LIMIT_MS;
  if (together && all.every(isOff)) {
    const text = `its clock is ${inWords(-(ahead[0] ?? 0))} that of every server: logs cannot be read side by side`;
    return [finding('this host', text)];
  }
  const told = new Set(servers.filter(isOff).map(({ host }) => host));
  const others = overSsh.filter((reading) => isOff(reading) && !told.has(reading.host));
  return others.map(({ where, aheadMs }) =>
    finding(where, `its clock is ${inWords(aheadMs)} this host’s: after a switch the time of NOW() jumps`),
  );
}

const LIMIT_MS = 2000;

function isOff({ aheadMs, giveMs }: ClockReading): boolean {
  return Math.abs(aheadMs) - giveMs > LIMIT_MS;
}

function inWords(aheadMs: number): string {
  return `${(Math.abs(aheadMs) / 1000).toFixed(1)} s ${aheadMs > 0 ? 'ahead of' : 'behind'}`;
}

function finding(where: string, text: string): Finding {
  return {
    level: 'warning',
    code: 'clock',
    where,
    text,
    advice: 'set the clock by NTP (chronyc tracking, timedatectl)',
  };
}
