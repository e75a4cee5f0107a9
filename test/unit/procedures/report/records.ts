import type { JournalData, StepRecord } from '../../../../src/capabilities/journal/data.ts';

const server = (host: string) => ({ host, ip: host, port: 3306 });
const mark = { pid: 1, host: 'manager', started: '1', boot: 'b' };

/** `seconds` after 2026-01-02 03:04:05 UTC. */
export const at = (seconds: number) => new Date(Date.UTC(2026, 0, 2, 3, 4, 5) + seconds * 1000).toISOString();

export function step(
  name: string,
  seconds: number,
  ms: number | undefined,
  more: Partial<StepRecord> = {},
): StepRecord {
  const timed = ms === undefined ? { state: 'doing' as const } : { state: 'done' as const, ms };
  return { name, title: `original master db1:3306: ${name}`, captured: null, at: at(seconds), ...timed, ...more };
}

export const blocked = (count: number) => ({
  blocked: Array.from({ length: count }, (_, i) => ({
    account: { kind: 'user', user: `app${i}`, host: '%' },
    method: i % 10 === 0 ? 'lock' : 'revoke',
    grants: [{}, {}],
  })),
});

/** A planned switch: shut at 2 s, stopped at 2.1 s, `start` from 2.2 to 2.5 s, all compared at 4 s. */
export function planned(accounts = 25): JournalData {
  return {
    format: 1,
    id: '2026-01-02T03-04-06-000Z-77',
    conf: '/etc/mha/app1.cnf',
    ...{ origMaster: server('db1'), newMaster: server('db2'), replicas: [server('db3')], opened: server('db2') },
    ...{ phase: 'finished', process: mark, drivers: [mark], notes: [], began: at(0) },
    steps: [
      step('close new master', 1, 10, { title: 'new master db2:3306: read_only on' }),
      step('read original master', 1.1, 20, { notes: ["'x'@'%' is locked instead of revoked: why"] }),
      step('events off', 1.5, 30, { captured: [{}, {}] }),
      step('revoke', 2, 50, { captured: blocked(accounts) }),
      step('drain', 2.05, 40, { counts: { ended: 8, atWork: 3 } }),
      step('close original master', 2.09, 10),
    ],
    start: {
      ...{ began: at(2.2), opened: at(2.5) },
      parts: [
        { name: 'journal', at: at(2.6), ms: 1 },
        { name: 'giving privileges back', at: at(2.6), ms: 200, counts: { accounts } },
        { name: 'switching events on', at: at(2.8), ms: 20, counts: { events: 2 } },
      ],
    },
    finish: { at: at(4), ms: 300 },
    closed: at(4.3),
  };
}

/** The same, put back at 3 s because MHA went no further. */
export function undone(): JournalData {
  const { start, finish, opened, ...rest } = planned();
  const steps = rest.steps.map((s, i) => ({ ...s, state: 'undone' as const, undo: { at: at(3.5 - i / 10), ms: 100 } }));
  return { ...rest, phase: 'undone', steps, notes: ['no other server was opened: db1:3306 goes on as the master'] };
}

/** `stop` failed at the sessions and put all back. */
export function failedStop(): JournalData {
  const data = undone();
  const steps = data.steps.map((s) => (s.name === 'drain' || s.name === 'close original master' ? withoutEnd(s) : s));
  return { ...data, steps, notes: ['original master db1:3306: sessions ended: killed, but still there'] };
}

function withoutEnd({ ms, counts, ...rest }: StepRecord): StepRecord {
  return rest;
}

export function failover(): JournalData {
  const { start, began, finish, ...rest } = planned();
  const parts = (start?.parts ?? []).map((p) => (p.name === 'giving privileges back' ? { ...p, counts: {} } : p));
  return { ...rest, steps: [], startOnly: true, start: { began: at(2.2), opened: at(2.5), parts } };
}

/** What version 0.1.0 wrote: steps with their times, and nothing of `start`. */
export function older(): JournalData {
  const { start, finish, began, closed, ...rest } = planned();
  return { ...rest, steps: rest.steps.map(({ counts, notes, ...s }) => s) };
}
