import { counted } from '../../base/text.ts';
import type { Counts, JournalData, StepRecord, Timed } from '../../capabilities/journal/data.ts';
import { lengthOf, number, serverName, timeOf } from './numbers.ts';
import { blockedBy, blockedIn, REVOKE_STEP, startDetail, stepDetail, unusedPart } from './tally.ts';

/** One bar of the drawing. Times are milliseconds since the switch began. */
export interface Stretch {
  readonly who: 'stop' | 'MHA' | 'start' | 'recovery';
  readonly label: string;
  /** The server on which it was done; empty for none or several. */
  readonly where: string;
  /** What it did, in numbers or in words; may be empty. */
  readonly detail: string;
  readonly from: number;
  readonly to: number;
  /** False if it failed or the record has no end for it. */
  readonly done: boolean;
}

/** The stretches of a switch, ordered by when they began. */
export function stretchesOf(data: JournalData, begin: number): Stretch[] {
  const since = (at: string | undefined) => {
    const time = timeOf(at);
    return time === undefined ? undefined : Math.max(0, time - begin);
  };
  const undone = undoStretch(data, since);
  const stop = stopStretches(data, since, undone?.from);
  const start = startStretches(data, since);
  const next = start[0] ?? undone;
  const mha = start[0] ? 'MHA: new master catches up' : 'MHA: did not go on';
  const waited = next && stop.at(-1)?.done ? between(mha, lastEnd(stop), next.from) : [];
  const finish = finishStretch(data, since, lastEnd(start));
  const followed = start.length > 0 && finish ? between('MHA: replicas follow', lastEnd(start), finish.from) : [];
  const end = [...followed, ...(finish ? [finish] : [])];
  return [...stop, ...waited, ...start, ...(undone ? [undone] : []), ...end].sort((a, b) => a.from - b.from);
}

/** The steps that began: only the first step without a duration did, and those after it wait for it. */
export function begunSteps(steps: readonly StepRecord[]): StepRecord[] {
  const unfinished = steps.findIndex((step) => step.ms === undefined);
  return unfinished < 0 ? [...steps] : steps.slice(0, unfinished + 1);
}

/** A comparison of the servers that begins later after `start` than this, in milliseconds, is not part of the switch. */
const SOON_MS = 600_000;

type Since = (at: string | undefined) => number | undefined;

const REGRANT = 'giving privileges back';

/** For a step of `stop` or a part of `start`: the bar's label, what it did if nothing was counted, where it works. */
type Words = readonly [label: string, detail?: string, onNewMaster?: true];

const WORDS: ReadonlyMap<string, Words> = new Map<string, Words>([
  ['replica goes on', ['replication noted', '', true]],
  ['close new master', ['new master: read_only on', '', true]],
  ['read original master', ['accounts and events read', 'binlog off for this session, accounts read']],
  ['let transactions finish', ['transactions may finish', 'running transactions may finish']],
  ['events off', ['scheduled events off']],
  ['catch up', ['new master catches up', 'the new master catches up']],
  ['pause original replication', ['own replication paused', 'its own replication paused']],
  ['locks', ['locks looked for', 'locks that would hold it up']],
  ['end long work', ['long transactions ended', 'overlong work ended']],
  ['quiet moment', ['quiet moment awaited', 'a moment without long transactions']],
  [REVOKE_STEP, ['accounts shut out', 'privileges revoked']],
  ['drain', ['sessions ended']],
  ['close original master', ['old master: read_only on']],
  ['look at new master', ['new master checked', 'checked again', true]],
  [REGRANT, ['accounts let in again']],
  ['switching events on', ['scheduled events on']],
]);

/** The name itself for a step of another version. */
function wordsOf(name: unknown): Words {
  return WORDS.get(String(name)) ?? [String(name)];
}

function stopStretches(data: JournalData, since: Since, undone: number | undefined): Stretch[] {
  const bars = begunSteps(data.steps).flatMap((step) => {
    const bar = span(whatStep(step, data), step, since);
    if (!bar) return [];
    return bar.done ? parts(bar, step) : [{ ...bar, to: Math.max(bar.to, undone ?? bar.to) }];
  });
  const [first] = bars;
  const detail = 'servers, replication, privileges, accounts';
  const checks = { who: 'stop', label: 'checks', where: '', detail, from: 0, done: true } as const;
  return data.began && first ? [{ ...checks, to: first.from }, ...bars] : bars;
}

/** Two bars if unused accounts were shut out first, because that is not part of the outage. */
function parts(bar: Stretch, step: StepRecord): Stretch[] {
  const unused = unusedPart(step);
  if (!unused) return [bar];
  const at = Math.min(bar.from + unused.ms, bar.to);
  const left = Math.max(blockedBy(step).length - unused.accounts, 0);
  const first = { ...bar, label: 'unused accounts shut out', detail: counted(unused.accounts, 'account'), to: at };
  return [first, { ...bar, detail: `${counted(left, 'account')} in use`, from: at }];
}

/** If the record has no `where`, the step's name decides which server it worked on. */
function whatStep(step: StepRecord, { origMaster, newMaster }: JournalData): What {
  const [label, detail = String(step.kind ?? ''), onNewMaster] = wordsOf(step.name);
  const where = step.where ?? (onNewMaster ? newMaster : origMaster);
  return { who: 'stop', label, where: serverName(where), detail: stepDetail(step) || detail };
}

function startStretches(data: JournalData, since: Since): Stretch[] {
  const { start, opened, newMaster } = data;
  if (!start) return [];
  const [from, to] = [since(start.began), since(start.opened)];
  if (from === undefined || to === undefined) return [];
  const where = serverName(opened ?? newMaster);
  const detail = 'read_only off and read back';
  const first = { who: 'start', label: 'new master opened', where, detail, done: true } as const;
  const bars = start.parts
    .filter((part) => part.name !== 'journal' && (part.name !== REGRANT || gaveBack(data, part.counts)))
    .flatMap((part) => {
      const what: What = { who: 'start', label: wordsOf(part.name)[0], where, detail: startDetail(part.counts) };
      return span(what, part, since) ?? [];
    });
  // A wrapper may have opened it before the hook began.
  return [{ ...first, from: Math.min(from, to), to }, ...bars];
}

/** False if there was nothing to give back: no account was shut out, or that had already been undone. */
function gaveBack(data: JournalData, counts: Counts | undefined): boolean {
  const wasUndone = data.steps.some((step) => step.name === REVOKE_STEP && step.state === 'undone');
  return blockedIn(data).length > 0 && !wasUndone && (counts === undefined || (number(counts.accounts) ?? 0) > 0);
}

function undoStretch(data: JournalData, since: Since): Stretch | undefined {
  const detail = 'every step undone in reverse, and read back';
  const what = { who: 'recovery', label: 'everything put back', where: '', detail } as const;
  const undos = data.steps.flatMap((step) => span(what, step.undo, since) ?? []);
  const [first] = undos;
  if (!first) return undefined;
  const from = Math.min(...undos.map((u) => u.from));
  return { ...first, from, to: lastEnd(undos), done: data.phase === 'undone' };
}

function finishStretch({ finish }: JournalData, since: Since, started: number): Stretch | undefined {
  const detail = 'privileges and events corrected';
  const bar = span({ who: 'recovery', label: 'all servers compared', where: '', detail }, finish, since);
  return bar && bar.from - started <= SOON_MS ? bar : undefined;
}

type What = Pick<Stretch, 'who' | 'label' | 'where' | 'detail'>;

function span(what: What, timed: (Omit<Timed, 'ms'> & { ms?: number }) | undefined, since: Since): Stretch | undefined {
  const from = since(timed?.at);
  if (from === undefined) return undefined;
  const ms = lengthOf(timed?.ms);
  return { ...what, from, to: from + (ms ?? 0), done: ms !== undefined };
}

function between(label: string, from: number, to: number): Stretch[] {
  return to > from ? [{ who: 'MHA', label, where: '', detail: '', from, to, done: true }] : [];
}

function lastEnd(stretches: readonly Stretch[]): number {
  return Math.max(0, ...stretches.map((s) => s.to));
}
