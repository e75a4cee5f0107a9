import type { Clock } from '../../adapters/clock.ts';
import type { Session } from '../../adapters/mysql/session.ts';
import { type Finding, warning } from '../../base/finding.ts';
import { nameOf } from '../../base/server.ts';
import type { Check } from './context.ts';
import { answersOf } from './servers/each.ts';

/** Two clocks that differ by more than this many milliseconds make times in data, events and logs misleading. */
const LIMIT_MS = 2000;
const LOOKS = 3;

/** How many milliseconds a clock is ahead of this host's, accurate to `giveMs` either way. */
export interface ClockReading {
  /** Two readings of the same host are readings of the same clock. */
  readonly host: string;
  readonly where: string;
  readonly aheadMs: number;
  readonly giveMs: number;
}

export const clocks: Check = {
  title: 'clocks',
  run: async ({ servers, clock }) => {
    const { answers, failed } = await answersOf(servers, ({ session }) => readServerClock(session, clock));
    return [...failed, ...apart([...answers.values()])];
  },
};

/** The reading of a clock that showed `shownMs` at some time between `fromMs` and `toMs` on this host's clock. */
export function clockReading(host: string, where: string, shownMs: number, fromMs: number, toMs: number): ClockReading {
  return { host, where, aheadMs: shownMs - (fromMs + toMs) / 2, giveMs: (toMs - fromMs) / 2 };
}

/** The quickest of several readings is the most accurate. This host's clock is read once: it may be set meanwhile. */
export async function readServerClock(session: Session, clock: Clock): Promise<ClockReading> {
  const now = () => clock.began().getTime() + clock.ticks();
  const looks: ClockReading[] = [];
  for (let look = 0; look < LOOKS; look += 1) {
    const from = now();
    const [row] = await session.rows(
      "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', UTC_TIMESTAMP(6)) / 1000 AS ms",
    );
    looks.push(clockReading(session.server.ip, nameOf(session.server), Number(row?.ms), from, now()));
  }
  return looks.reduce((best, one) => (one.giveMs < best.giveMs ? one : best));
}

/** The servers whose clocks certainly differ from the median server's. */
export function apart(readings: readonly ClockReading[]): Finding[] {
  const sorted = [...readings].sort((a, b) => a.aheadMs - b.aheadMs);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (!middle) return [];
  return sorted.flatMap(({ where, aheadMs, giveMs }) => {
    const ms = aheadMs - middle.aheadMs;
    if (Math.abs(ms) - giveMs - middle.giveMs <= LIMIT_MS) return [];
    const advice = 'set both by NTP: times in data, events and lag go wrong when another server is the master';
    return [warning('clock_differs', where, `its clock is ${inWords(ms)} that of ${middle.where}`, advice)];
  });
}

/**
 * Clocks that certainly differ from this host's; {@link apart} compares the servers with each other. One finding if only
 * this host's clock is off; a host asked over ssh is not reported again if a server on it is off.
 */
export function clockFindings(servers: readonly ClockReading[], overSsh: readonly ClockReading[]): Finding[] {
  const all = [...servers, ...overSsh];
  const ahead = all.map((r) => r.aheadMs);
  const together = all.length > 0 && Math.max(...ahead) - Math.min(...ahead) <= LIMIT_MS;
  if (together && all.every(isOff)) {
    const text = `its clock is ${inWords(-(ahead[0] ?? 0))} that of every server: logs cannot be read side by side`;
    return [finding('this host', text)];
  }
  const reported = new Set(servers.filter(isOff).map(({ host }) => host));
  const others = overSsh.filter((reading) => isOff(reading) && !reported.has(reading.host));
  return others.map(({ where, aheadMs }) =>
    finding(where, `its clock is ${inWords(aheadMs)} this host’s: after a switch the time of NOW() jumps`),
  );
}

function isOff({ aheadMs, giveMs }: ClockReading): boolean {
  return Math.abs(aheadMs) - giveMs > LIMIT_MS;
}

function inWords(aheadMs: number): string {
  return `${(Math.abs(aheadMs) / 1000).toFixed(1)} s ${aheadMs > 0 ? 'ahead of' : 'behind'}`;
}

function finding(where: string, text: string): Finding {
  return warning('clock', where, text, 'set the clock by NTP (chronyc tracking, timedatectl)');
}
