import type { Clock } from '../../adapters/clock.ts';
import type { Session } from '../../adapters/mysql/session.ts';
import type { Finding } from '../../base/finding.ts';
import { nameOf } from '../../base/server.ts';
import type { Check } from './context.ts';
import { answersOf } from './servers/each.ts';

/** Milliseconds between two clocks above which times in data, events and logs mislead. */
const LIMIT_MS = 2000;
const LOOKS = 3;

/** How far a clock is ahead of this host's, in milliseconds; it may be off by `giveMs` either way. */
export interface ClockReading {
  /** Which host: two readings of one host are of one clock. */
  readonly host: string;
  readonly where: string;
  readonly aheadMs: number;
  readonly giveMs: number;
}

/** Servers whose clocks differ from each other. */
export const clocks: Check = {
  title: 'clocks',
  run: async ({ servers, clock }) => {
    const { answers, failed } = await answersOf(servers, ({ session }) => readServerClock(session, clock));
    return [...failed, ...apart([...answers.values()])];
  },
};

/** The reading of a clock that showed `shownMs` at some time between `fromMs` and `toMs` of this host's. */
export function clockReading(host: string, where: string, shownMs: number, fromMs: number, toMs: number): ClockReading {
  return { host, where, aheadMs: shownMs - (fromMs + toMs) / 2, giveMs: (toMs - fromMs) / 2 };
}

/** Of several looks the quickest is the most exact. This host's time is counted from one reading: it may be set meanwhile. */
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

/** The servers whose clocks surely differ from that of the server in the middle. Pure. */
export function apart(readings: readonly ClockReading[]): Finding[] {
  const sorted = [...readings].sort((a, b) => a.aheadMs - b.aheadMs);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (!middle) return [];
  return sorted.flatMap(({ where, aheadMs, giveMs }) => {
    const ms = aheadMs - middle.aheadMs;
    if (Math.abs(ms) - giveMs - middle.giveMs <= LIMIT_MS) return [];
    const text = `its clock is ${inWords(ms)} that of ${middle.where}`;
    const advice = 'set both by NTP: times in data, events and lag go wrong when another server is the master';
    return [{ level: 'warning', code: 'clock_differs', where, text, advice } as const];
  });
}

/**
 * Clocks that surely differ from this host's; servers that differ from each other are found by {@link apart}. If only
 * this host's is off, that is the one finding; a host asked over ssh is one if no server on it is off already. Pure.
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
