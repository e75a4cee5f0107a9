import type { Timeline } from './timeline.ts';

/** `91 ms`, `1.37 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 99_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** `2026-01-02 03:04:05 UTC`. */
export function moment(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** How long nobody could write, in a sentence. */
export function outageSentence({ outage, kind, outcome }: Timeline): string {
  if (outage?.to !== undefined) return `nobody could write for ${duration(outage.to - outage.from)}`;
  if (outage) return 'clients were shut out, and nothing tells when they were let in again';
  if (kind === 'failover') return 'the scripts cannot know when the master died; MHA’s log tells';
  return outcome === 'finished' ? 'how long nobody could write is not recorded' : 'nobody was shut out';
}

/** `25 accounts`, `1 account`. */
export function counted(count: number, what: string): string {
  return `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`;
}

/** What was done to accounts, sessions and events; an entry each. */
export function tallyWords({ tally }: Timeline): string[] {
  const locked = tally.locked > 0 ? ` (${tally.locked} locked)` : '';
  const atWork = tally.atWork ? `${tally.atWork} of them at work` : 'none of them at work';
  return [
    ...(tally.accounts > 0 ? [`${counted(tally.accounts, 'account')} shut out${locked}`] : []),
    ...(tally.sessions === undefined ? [] : [`${counted(tally.sessions, 'session')} ended, ${atWork}`]),
    ...(tally.events > 0 ? [`${counted(tally.events, 'event')} moved`] : []),
  ];
}
