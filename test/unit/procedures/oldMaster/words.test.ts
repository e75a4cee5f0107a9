import { expect, it } from 'vitest';
import type { OldMaster } from '../../../../src/capabilities/journal/data.ts';
import { parseJournal } from '../../../../src/capabilities/journal/parse.ts';
import { aboutOld } from '../../../../src/procedures/oldMaster/words.ts';
import { chart } from '../../../../src/procedures/report/chart.ts';
import { htmlPage } from '../../../../src/procedures/report/html/page.ts';
import { timelineOf } from '../../../../src/procedures/report/timeline.ts';
import { failover } from '../report/records.ts';

const server = { host: 'db1', ip: 'db1', port: 3306 };
const old = (more: Partial<OldMaster>): OldMaster => ({
  server,
  at: '2026-01-02T03:04:05.000Z',
  state: 'closed',
  ...more,
});
const surplus = { transactions: 1234, exact: 'exact', which: '0-1-7 to 0-1-1240' } as const;

it.each<[string, Partial<OldMaster>, readonly string[], readonly string[]]>([
  [
    'closed, with work of its own',
    { sessions: 3, events: 1, surplus },
    [
      'TWO MASTERS: db2:3306 and db1:3306 both took writes; db1:3306 was closed (read_only on, 3 sessions ended, 1 event off)',
      '1,234 transactions are only on db1:3306, lost to db2:3306: 0-1-7 to 0-1-1240',
      'they are in the binlog of db1:3306: read them there before it is rebuilt as a replica (docs/what-if.md, "the old master came back")',
    ],
    [],
  ],
  [
    'read_only, with nothing of its own',
    { state: 'read_only', surplus: { transactions: 0, exact: 'exact', which: '' } },
    [],
    [
      'db1:3306 has no transaction that db2:3306 lacks',
      'make it a replica of db2:3306 (docs/what-if.md, "the old master came back")',
    ],
  ],
  [
    'silent',
    { state: 'silent', why: 'no answer within 4 s', upTo: '0-1-6' },
    [],
    [
      'db1:3306 could not be asked: no answer within 4 s',
      'db2:3306 has its transactions up to 0-1-6; whether it has later ones is not known',
      'once it answers again: mha_recover closes it if it takes writes, and says what only it has',
    ],
  ],
  [
    'silent, as it was fenced',
    { state: 'silent', why: 'no answer within 4 s', fenced: true },
    [],
    [
      'db1:3306 could not be asked: no answer within 4 s',
      'whether it has transactions that db2:3306 lacks is not known',
      'it was fenced: mha_fence --command=release --host=db1 --port=3306 lets it start again; first write read_only = 1 into its configuration',
      'once it answers again: mha_recover closes it if it takes writes, and says what only it has',
    ],
  ],
  [
    'open still',
    { state: 'open', why: 'SET was refused' },
    [
      'TWO MASTERS: db1:3306 takes writes too, and was not closed: SET was refused; close it at once (SET GLOBAL read_only = 1)',
    ],
    [],
  ],
])('the old master, %s', (_, more, problems, remarks) => {
  expect(aboutOld(old(more), 'db2:3306')).toEqual({ problems, remarks });
});

it('the record keeps it, and chart and page show it', () => {
  const record = { ...failover(), start: { ...failover().start, oldMaster: old({ surplus, fenced: true }) } };
  const timeline = timelineOf(parseJournal(JSON.stringify(record)));
  expect(timeline.oldMaster).toMatchObject({ surplus, fenced: true });
  expect(chart(timeline).replace(/\s+/g, ' ')).toContain('! 1,234 transactions are only on db1:3306, lost to');
  expect(htmlPage(timeline, '1.0')).toMatch(/<h2>The old master<\/h2>[\s\S]*1,234 transactions are only on/);
});
