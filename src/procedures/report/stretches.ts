import type { JournalData, StepRecord, Timed } from '../../capabilities/journal.ts';

/** One bar of the drawing. Times are milliseconds since the switch began. */
export interface Stretch {
  readonly who: 'stop' | 'MHA' | 'start' | 'recovery';
  readonly label: string;
  /** The longer sentence of the log, where there is one. */
  readonly title: string;
  readonly from: number;
  readonly to: number;
  /** False where nothing tells that it ended, or it failed. */
  readonly done: boolean;
}

/** The stretches of a switch, in the order in which they began. */
export function stretchesOf(data: JournalData, begin: number): Stretch[] {
  const since = (at: string | undefined) => {
    const time = timeOf(at);
    return time === undefined ? undefined : Math.max(0, time - begin);
  };
  const stop = stopStretches(data, since);
  const start = startStretches(data, since);
  const undone = undoStretch(data, since);
  const stopEnd = lastEnd(stop);
  const next = start[0] ?? undone;
  const waited = stop.length > 0 && next ? between('MHA: new master catches up', stopEnd, next.from) : [];
  const finish = span('recovery', 'all servers compared', data.finish, since);
  const followed = start.length > 0 && finish ? between('MHA: replicas follow', lastEnd(start), finish.from) : [];
  const end = [...followed, ...(finish ? [finish] : [])];
  return [...stop, ...waited, ...start, ...(undone ? [undone] : []), ...end].sort((a, b) => a.from - b.from);
}

/** Undefined for what is no time. */
export function timeOf(at: string | undefined): number | undefined {
  const time = Date.parse(at ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** The steps that began: of those without a duration only the first did, the others wait for it. */
export function begunSteps(steps: readonly StepRecord[]): StepRecord[] {
  const unfinished = steps.findIndex((step) => step.ms === undefined);
  return unfinished < 0 ? [...steps] : steps.slice(0, unfinished + 1);
}

type Since = (at: string | undefined) => number | undefined;

const LABELS: Readonly<Record<string, string>> = {
  'replica goes on': 'replication noted',
  'close new master': 'new master: read_only on',
  'read original master': 'accounts and events read',
  'let transactions finish': 'transactions may finish',
  'events off': 'scheduled events off',
  revoke: 'accounts shut out',
  drain: 'sessions ended',
  'close original master': 'old master: read_only on',
  'giving privileges back': 'accounts let in again',
  'switching events on': 'scheduled events on',
};

function stopStretches(data: JournalData, since: Since): Stretch[] {
  const steps = begunSteps(data.steps);
  const bars = steps.flatMap((step) => span('stop', LABELS[step.name] ?? step.name, step, since, step.title) ?? []);
  const [first] = bars;
  const checks = {
    who: 'stop',
    label: 'checks',
    title: 'servers, accounts, replication',
    from: 0,
    done: true,
  } as const;
  return data.began && first ? [{ ...checks, to: first.from }, ...bars] : bars;
}

function startStretches({ start }: JournalData, since: Since): Stretch[] {
  if (!start) return [];
  const [from, to] = [since(start.began), since(start.opened)];
  if (from === undefined || to === undefined) return [];
  const title = 'process begun, connected, read_only off and read back';
  const opened = { who: 'start', label: 'new master opened', title, from, to: Math.max(from, to), done: true } as const;
  const parts = start.parts.filter((part) => part.name !== 'journal');
  return [opened, ...parts.flatMap((part) => span('start', LABELS[part.name] ?? part.name, part, since) ?? [])];
}

function undoStretch(data: JournalData, since: Since): Stretch | undefined {
  const undos = data.steps.flatMap((step) => span('recovery', 'everything put back', step.undo, since) ?? []);
  const [first] = undos;
  if (!first) return undefined;
  const from = Math.min(...undos.map((u) => u.from));
  return { ...first, from, to: lastEnd(undos), done: data.phase === 'undone' };
}

function span(
  who: Stretch['who'],
  label: string,
  timed: (Omit<Timed, 'ms'> & { ms?: number }) | undefined,
  since: Since,
  title = '',
): Stretch | undefined {
  const from = since(timed?.at);
  if (from === undefined) return undefined;
  const ms = Number.isFinite(timed?.ms) ? Math.max(0, timed?.ms ?? 0) : undefined;
  return { who, label, title, from, to: from + (ms ?? 0), done: ms !== undefined };
}

function between(label: string, from: number, to: number): Stretch[] {
  return to > from ? [{ who: 'MHA', label, title: '', from, to, done: true }] : [];
}

function lastEnd(stretches: readonly Stretch[]): number {
  return Math.max(0, ...stretches.map((s) => s.to));
}
