import { counted } from '../../base/text.ts';
import { aboutOld } from '../oldMaster/words.ts';
import type { Stretch } from './stretches.ts';
import { outageMs, type Timeline } from './timeline.ts';

/** `91 ms`, `1.37 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 99_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const hours = Math.floor(seconds / 3600);
  if (hours < 48) return `${hours} h ${Math.floor((seconds % 3600) / 60)} min`;
  const days = Math.floor(hours / 24);
  if (days < 100) return `${days} d ${hours % 24} h`;
  return days < 10_000 ? `${days} d` : 'over 9999 d';
}

export function tookOf({ done, from, to }: Pick<Stretch, 'done' | 'from' | 'to'>): string {
  return done ? duration(to - from) : 'did not end';
}

/** `2026-01-02 03:04:05 UTC`. */
export function moment(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** When a switch began and ended: `began 2026-01-02 03:04:05, ended 03:04:09 UTC`. */
export function beganAndEnded({ kind, outcome, began, lengthMs }: Timeline): string {
  if (kind === 'failover') return `recorded ${moment(began)}`;
  if (outcome === 'not ended') return `began ${moment(began)}`;
  const end = later(began, lengthMs);
  const sameDay = end.slice(0, 10) === began.slice(0, 10);
  return `began ${moment(began).slice(0, -4)}, ended ${sameDay ? moment(end).slice(11) : moment(end)}`;
}

/** The same time if the sum is beyond what a date can hold. */
function later(began: string, ms: number): string {
  const at = new Date(Date.parse(began) + ms);
  return Number.isNaN(at.getTime()) ? began : at.toISOString();
}

/** `from 03:04:07.0 to 03:04:07.5 UTC`, on the clock of the manager host. */
function span({ began }: Timeline, from: number, to: number): string {
  const [first, last] = [from, to].map((at) => later(began, at).slice(11, 21));
  return `from ${first} to ${last} UTC`;
}

/** How long nobody could write: a figure, what it means, and a sentence with both if the meaning alone is not one. */
export function outageFigure(timeline: Timeline): { figure: string; meaning: string; sentence?: string } {
  const { outage, kind, outcome, began, opened } = timeline;
  const ms = outageMs(timeline);
  if (outage?.to !== undefined && ms !== undefined) {
    const [figure, when] = [duration(ms), span(timeline, outage.from, outage.to)];
    return { figure, meaning: `nobody could write, ${when}`, sentence: `nobody could write for ${figure}, ${when}` };
  }
  if (outage) {
    const since = moment(later(began, outage.from)).slice(11);
    const figure = outcome === 'not ended' ? 'not over' : 'not known';
    return { figure, meaning: `clients were shut out at ${since}; when they were let in is not recorded` };
  }
  if (kind === 'failover' && opened) {
    const meaning = 'the new master took writes; the scripts cannot know when the old one died, but MHA’s log says it';
    const figure = moment(opened).slice(11);
    return { figure, meaning, sentence: `at ${figure} ${meaning}` };
  }
  if (outcome === 'finished' || outcome === 'not checked')
    return { figure: 'not known', meaning: 'how long nobody could write is not in this record' };
  return { figure: 'none', meaning: 'nobody was shut out' };
}

export function outageSentence(timeline: Timeline): string {
  const { meaning, sentence = meaning } = outageFigure(timeline);
  return sentence;
}

export const OUTCOMES: Readonly<Record<Timeline['outcome'], string>> = {
  finished: 'finished',
  'put back': 'put back',
  'not checked': 'done, servers not compared yet',
  'not ended': 'NOT ENDED',
};

/** What became of the scheduled events. */
export function eventWords({ kind, outcome }: Timeline): string {
  if (kind === 'failover') return 'switched on';
  return { finished: 'moved', 'not checked': 'moved', 'put back': 'off and on again', 'not ended': 'off' }[outcome];
}

/** What was done to accounts, sessions and events; an entry each. */
export function tallyWords(timeline: Timeline): string[] {
  const { tally } = timeline;
  const locked = tally.locked > 0 ? ` (${tally.locked.toLocaleString('en-US')} locked)` : '';
  const atWork = tally.atWork ? ` (about ${tally.atWork} at work)` : '';
  return [
    ...(tally.accounts > 0 ? [`${counted(tally.accounts, 'account')} shut out${locked}`] : []),
    ...(tally.sessions === undefined ? [] : [`${counted(tally.sessions, 'session')} ended${atWork}`]),
    ...(tally.events > 0 ? [`${counted(tally.events, 'event')} ${eventWords(timeline)}`] : []),
  ];
}

/** What is known of the old master of a failover: `wrong` first. */
export function oldMasterWords({ oldMaster, newMaster }: Timeline): {
  wrong: readonly string[];
  other: readonly string[];
} {
  if (!oldMaster) return { wrong: [], other: [] };
  const { problems, remarks } = aboutOld(oldMaster, newMaster);
  return { wrong: problems, other: remarks };
}

/** At most `most` notes; if there are more, the last one says how many. */
export function someNotes(notes: readonly string[], most: number): string[] {
  if (notes.length <= most) return [...notes];
  const left = notes.length - most + 1;
  return [...notes.slice(0, most - 1), `and ${left} more: mha_report --json has all`];
}
