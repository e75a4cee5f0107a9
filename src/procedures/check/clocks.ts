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

/** Clocks that are surely apart by more than two seconds. Where only this host's is off, that is the one finding. */
export function clockFindings(readings: readonly ClockReading[]): Finding[] {
  const worst = new Map<string, ClockReading>();
  for (const reading of readings) {
    const known = worst.get(reading.host);
    if (!known || apart(reading) > apart(known)) worst.set(reading.host, reading);
  }
  const off = [...worst.values()].filter((reading) => apart(reading) > LIMIT_MS);
  const ahead = off.map((r) => r.aheadMs);
  const together = Math.max(...ahead) - Math.min(...ahead) <= LIMIT_MS;
  if (off.length > 1 && off.length === worst.size && together) {
    return [finding('this host', `its clock is ${inWords(-(ahead[0] ?? 0))} all the servers’: ${HERE}`)];
  }
  return off.map(({ where, aheadMs }) =>
    finding(where, `its clock is ${inWords(aheadMs)} this host’s: after a switch the time of NOW() jumps`),
  );
}

const LIMIT_MS = 2000;
const HERE = 'logs of MHA and of the servers cannot be read side by side';

function apart({ aheadMs, giveMs }: ClockReading): number {
  return Math.abs(aheadMs) - giveMs;
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
