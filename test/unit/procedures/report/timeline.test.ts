import { describe, expect, it } from 'vitest';
import type { JournalData } from '../../../../src/capabilities/journal/data.ts';
import { chart } from '../../../../src/procedures/report/chart.ts';
import { panelsOf } from '../../../../src/procedures/report/html/panels.ts';
import { timelineOf } from '../../../../src/procedures/report/timeline.ts';
import { at, failedStop, failover, older, planned, step, undone } from './records.ts';

const labels = (data: JournalData) => timelineOf(data).stretches.map(({ label }) => label);

describe('the timeline of', () => {
  it('a planned switch has the steps of stop, MHA, start and the comparison, in order', () => {
    expect(labels(planned())).toEqual([
      'checks',
      'new master: read_only on',
      'accounts and events read',
      'scheduled events off',
      'accounts shut out',
      'sessions ended',
      'old master: read_only on',
      'MHA: new master catches up',
      'new master opened',
      'accounts let in again',
      'scheduled events on',
      'MHA: replicas follow',
      'all servers compared',
    ]);
    const timeline = timelineOf(planned());
    expect(timeline).toMatchObject({ kind: 'planned switch', outcome: 'finished', lengthMs: 4300, began: at(0) });
    expect(timeline).toMatchObject({ origMaster: 'db1:3306', newMaster: 'db2:3306', replicas: ['db3:3306'] });
    expect(timeline.tally).toMatchObject({ accounts: 25, locked: 3, grants: 44, events: 2, sessions: 8, atWork: 3 });
    expect(timeline.outage).toEqual({ from: 2000, to: 2500 });
  });

  it('a switch whose new master a wrapper opened before the hook had begun: MHA’s part ends with that', () => {
    const record = planned();
    const { stretches, outage } = timelineOf({
      ...record,
      start: { ...record.start, began: at(2.4), opened: at(2.3) } as JournalData['start'],
    });
    const [mha] = stretches.filter(({ label }) => label === 'MHA: new master catches up');
    expect(mha?.to).toBe(2300);
    expect(outage).toEqual({ from: 2000, to: 2300 });
  });

  it('the outage begins with the accounts in use, not with those that nobody used', () => {
    const record = planned(1000);
    const steps = record.steps.map((s) => (s.name === 'revoke' ? { ...s, counts: { unused: 960, unusedMs: 30 } } : s));
    const { outage, stretches } = timelineOf({ ...record, steps });
    expect(outage?.from).toBe(2030);
    expect(stretches.filter((s) => s.label.endsWith('shut out'))).toMatchObject([
      { label: 'unused accounts shut out', detail: '960 accounts', from: 2000, to: 2030 },
      { label: 'accounts shut out', detail: '40 accounts in use', from: 2030, to: 2050 },
    ]);
  });

  it('a switch that was put back ends with that, and the outage with the accounts being let in', () => {
    const timeline = timelineOf(undone());
    expect(labels(undone()).slice(-2)).toEqual(['MHA: did not go on', 'everything put back']);
    expect(timeline.outcome).toBe('put back');
    expect(timeline.outage).toEqual({ from: 2000, to: 3300 });
    expect(timeline.notes[0]).toContain('no other server was opened');
  });

  it('a stop that failed shows where, and no step that had not begun', () => {
    const { stretches } = timelineOf(failedStop());
    expect(stretches.map(({ label, done }) => [label, done]).slice(-3)).toEqual([
      ['accounts shut out', true],
      ['sessions ended', false],
      ['everything put back', true],
    ]);
  });

  it('a failover knows when the new master took writes, and no outage', () => {
    const timeline = timelineOf(failover());
    expect(timeline).toMatchObject({ kind: 'failover', outcome: 'finished', outage: undefined, opened: at(2.5) });
    expect(timeline.tally).toMatchObject({ accounts: 0, events: 2 });
    expect(labels(failover())).toEqual(['new master opened', 'scheduled events on']);
  });

  it('a record of an earlier version has what that wrote', () => {
    const timeline = timelineOf(older());
    expect(timeline).toMatchObject({ began: at(1), outage: { from: 1000, to: undefined } });
    expect(timeline.tally).toMatchObject({ accounts: 25, sessions: undefined });
    expect(chart(timeline)).toContain('25 accounts shut out');
  });

  it('a switch that has not ended says so, and since when nobody can write', () => {
    const { start, finish, closed, opened, ...rest } = planned();
    const timeline = timelineOf({ ...rest, phase: 'stopped' });
    expect(timeline.outcome).toBe('not ended');
    expect(chart(timeline)).toContain('NOT ENDED');
    expect(chart(timeline)).toContain('clients were shut out at 03:04:07 UTC; when they were let in is not recorded');
    expect(timelineOf({ ...planned(), phase: 'started' }).outcome).toBe('not checked');
  });

  it('a switch that mha_recover compared days later does not stretch over them', () => {
    const late = timelineOf({ ...planned(), finish: { at: at(400_000), ms: 300 } });
    expect(late.lengthMs).toBe(2820);
  });

  it('an undo that failed says so', () => {
    const data = undone();
    const steps = data.steps.map((s) => (s.name === 'revoke' ? step('revoke', 2, 50, { state: 'undo failed' }) : s));
    const timeline = timelineOf({ ...data, phase: 'undoing', steps });
    expect(timeline.notes[0]).toBe('original master db1:3306: revoke: could not be undone');
    expect(timeline.stretches.at(-1)).toMatchObject({ label: 'everything put back', done: false });
  });
});

describe('the words', () => {
  it('tell when a switch began and ended, and from when to when nobody could write', () => {
    const text = chart(timelineOf(planned()));
    expect(text).toContain('planned switch, finished\n  began 2026-01-02 03:04:05, ended 03:04:09 UTC');
    expect(text).toContain('nobody could write for 500 ms, from 03:04:07.0 to 03:04:07.5 UTC');
    const { start, finish, closed, opened, ...rest } = planned();
    expect(chart(timelineOf({ ...rest, phase: 'stopped' }))).toContain('NOT ENDED\n  began 2026-01-02 03:04:05 UTC');
  });

  it('do not take what start of a failover took for the length of the switch', () => {
    const text = chart(timelineOf(failover()));
    expect(text).toContain('What start did, 620 ms');
    expect(text).not.toContain('whole switch');
  });

  it('do not let accounts in again that had lost nothing', () => {
    const record = planned();
    const undoneFirst = record.steps.map((s) => ({ ...s, state: 'undone' as const }));
    const none = record.start?.parts.map((p) => (p.name === 'giving privileges back' ? { ...p, counts: {} } : p)) ?? [];
    const start = { began: at(2.2), opened: at(2.5), parts: none };
    expect(labels({ ...record, start })).not.toContain('accounts let in again');
    expect(labels({ ...record, steps: undoneFirst })).not.toContain('accounts let in again');
    expect(labels(planned(0))).not.toContain('accounts let in again');
  });
});

describe('the panels', () => {
  it('are the whole with the outage as one row, and the outage in its parts, which fill it', () => {
    const [whole, zoom] = panelsOf(timelineOf(planned()));
    expect(whole?.rows.filter(({ shut }) => shut).map(({ label }) => label)).toEqual(['nobody could write']);
    expect(whole?.lens).toEqual({ from: 2000, to: 2500 });
    expect(zoom).toMatchObject({ from: 2000, to: 2500 });
    expect(zoom?.rows.map(({ label }) => label)).toEqual([
      'accounts shut out',
      'sessions ended',
      'old master: read_only on',
      'MHA: new master catches up',
      'new master opened',
    ]);
    expect(zoom?.rows.at(-1)?.to).toBe(2500);
  });

  it('are one if no outage is known, and none if nothing is', () => {
    expect(panelsOf(timelineOf(failover()))).toHaveLength(1);
    expect(panelsOf(timelineOf({ ...planned(), steps: [], start: undefined, finish: undefined } as never))).toEqual([]);
  });
});
