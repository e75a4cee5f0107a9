import type { Clock } from '../../../adapters/clock.ts';
import type { Session } from '../../../adapters/mysql/session.ts';
import type { Finding } from '../../../base/finding.ts';
import type { Check, CheckedServer } from '../context.ts';
import { answersOf, whereOf } from './each.ts';

/** Milliseconds between two servers' clocks from which on times in data, events and logs mislead. */
const APART_MS = 2000;
const LOOKS = 3;

/** How far the server's clock is ahead of ours, give or take `slack`; milliseconds. */
export interface Offset {
  readonly where: string;
  readonly ms: number;
  readonly slack: number;
}

/** Servers whose clocks differ. */
export const clocks: Check = {
  title: 'clocks',
  run: async ({ servers, clock }) => {
    const { answers, failed } = await answersOf(servers, (server) => offsetOf(server, clock));
    return [...failed, ...apart([...answers.values()])];
  },
};

/** Of several looks the quickest tells most: the server's clock was read somewhere between question and answer. */
async function offsetOf(server: CheckedServer, clock: Clock): Promise<Offset> {
  const looks: Offset[] = [];
  for (let look = 0; look < LOOKS; look += 1) {
    const asked = clock.ticks();
    const time = await timeOf(server.session);
    const slack = (clock.ticks() - asked) / 2;
    looks.push({ where: whereOf(server), ms: time - (asked + slack), slack });
  }
  return looks.reduce((best, one) => (one.slack < best.slack ? one : best));
}

async function timeOf(session: Session): Promise<number> {
  const [row] = await session.rows('SELECT UTC_TIMESTAMP(6) AS time');
  return Date.parse(`${String(row?.time).replace(' ', 'T')}Z`);
}

/** The servers whose clocks surely differ from that of the server in the middle. */
export function apart(offsets: readonly Offset[]): Finding[] {
  const sorted = [...offsets].sort((a, b) => a.ms - b.ms);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (!middle) return [];
  return sorted.flatMap((one) => {
    const ms = one.ms - middle.ms;
    if (Math.abs(ms) - one.slack - middle.slack <= APART_MS) return [];
    const way = ms > 0 ? 'ahead of' : 'behind';
    const text = `its clock is ${(Math.abs(ms) / 1000).toFixed(1)} s ${way} that of ${middle.where}`;
    const advice = 'set both by NTP: times in data, events and lag go wrong when another server is the master';
    return [{ level: 'warning', code: 'clock_differs', where: one.where, text, advice } as const];
  });
}
