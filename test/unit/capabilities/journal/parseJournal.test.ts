import { describe, expect, it } from 'vitest';
import type { JournalData } from '../../../../src/capabilities/journal/data.ts';
import { parseJournal } from '../../../../src/capabilities/journal/parse.ts';
import { failedStop, failover, older, planned, undone } from '../../procedures/report/records.ts';

const parsed = (data: unknown) => parseJournal(JSON.stringify(data));

describe('a journal', () => {
  it.each([planned, undone, failedStop, failover, older].map((make) => [make.name, make]))(
    'of %s is read',
    (_, make) => {
      expect(parsed(make())).toEqual(make());
    },
  );

  it('of a version before drivers, notes and replicas has none of them', () => {
    const { drivers, notes, replicas, ...rest } = planned();
    expect(parsed(rest)).toMatchObject({ drivers: [], notes: [], replicas: [] });
    expect(parsed(rest).notes).not.toBe(parsed(rest).notes);
  });

  const endpoint = { host: 'db1', ip: '192.0.2.1', port: 3306 };
  const step = planned().steps[0] as JournalData['steps'][number];
  it.each<[RegExp, object]>([
    [/^phase is "melting", which is not known to this version; a newer version/, { phase: 'melting' }],
    [/^phase/, { phase: ['stopped'] }],
    [/^format is 2.*newer version/, { format: 2 }],
    [/^guard is not known.*newer version/, { guard: 1 }],
    [/^id is no id/, { id: '../../etc/cron.d/x' }],
    [/^id is no text/, { id: 7 }],
    [/^origMaster\.host is no text/, { origMaster: { ...endpoint, host: ['db1'] } }],
    [/^newMaster\.port is no port/, { newMaster: { ...endpoint, port: '3306' } }],
    [/^newMaster\.host is longer than 255/, { newMaster: { ...endpoint, host: 'x'.repeat(256) } }],
    [/^replicas\[0\]\.port is no port/, { replicas: [{ ...endpoint, port: 0 }] }],
    [/^opened is no object/, { opened: null }],
    [/^process\.pid is no number/, { process: { pid: '1', host: 'h', started: '', boot: '' } }],
    [/^drivers is no list/, { drivers: {} }],
    [/^steps is no list/, { steps: {} }],
    [/^steps\[0\]\.state is "gone"/, { steps: [{ ...step, state: 'gone' }] }],
    [/^steps\[0\]\.sql is not known/, { steps: [{ ...step, sql: 'DROP' }] }],
    [/^steps\[0\]\.counts\.x is no number/, { steps: [{ ...step, counts: { x: 'y' } }] }],
    [/^steps\[0\]\.at is no time/, { steps: [{ ...step, at: 'yesterday' }] }],
    [/^notes\[0\] is no text/, { notes: [{}] }],
    [/^startOnly is "yes"/, { startOnly: 'yes' }],
  ])('is refused: %s', (why, change) => {
    expect(() => parsed({ ...planned(), ...change })).toThrow(why);
  });

  it.each(['[]', 'null', '{}', '"x"', '{"format":1}', '{"format":1,"__proto__":{}}', '{'])('is not %s', (text) => {
    expect(() => parseJournal(text)).toThrow();
  });
});
