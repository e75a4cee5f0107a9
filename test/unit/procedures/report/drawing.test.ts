import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalData } from '../../../../src/capabilities/journal/data.ts';
import { chart } from '../../../../src/procedures/report/chart.ts';
import { htmlPage } from '../../../../src/procedures/report/html/page.ts';
import { outageMs, timelineOf } from '../../../../src/procedures/report/timeline.ts';
import { failedStop, failover, older, planned, undone } from './records.ts';

const everyRecord: [string, JournalData][] = [
  ['planned', planned()],
  ['planned, 1,234 accounts', planned(1234)],
  ['undone', undone()],
  ['failed', failedStop()],
  ['failover', failover()],
  ['older', older()],
];

describe('whatever a record holds', () => {
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.date({ noInvalidDate: true }).map((d) => d.toJSON()),
    fc.string({ unit: 'binary' }),
  );
  const places = [
    'id',
    'conf',
    'origMaster',
    'newMaster',
    'opened',
    'replicas',
    'phase',
    'steps',
    'notes',
    'began',
    'start',
    'finish',
  ];
  const stepPlaces = ['name', 'title', 'where', 'kind', 'state', 'captured', 'at', 'ms', 'counts', 'notes', 'undo'];

  it('it is drawn, or refused as a whole; the chart fits, and the page holds no markup of it', () => {
    const change = fc.record({
      record: fc.constantFrom(...everyRecord.map(([, data]) => data)),
      top: fc.dictionary(fc.constantFrom(...places), anything, { maxKeys: 2 }),
      inner: fc.dictionary(fc.constantFrom(...stepPlaces), anything, { maxKeys: 3 }),
      which: fc.nat(8),
    });
    const check = ({ record, top, inner, which }: typeof change extends fc.Arbitrary<infer T> ? T : never) => {
      const steps = record.steps.map((s, i) => (i === which ? { ...s, ...inner } : s));
      const data = { ...record, steps, ...top } as JournalData;
      let timeline: ReturnType<typeof timelineOf>;
      try {
        timeline = timelineOf(data);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        return;
      }
      const lines = chart(timeline).split('\n');
      expect(lines.filter((line) => !/^[\x20-\x7e]{0,80}$/.test(line))).toEqual([]);
      const page = htmlPage(timeline, '1');
      expect(strangeIn(page)).toEqual([]);
      expect(outageMs(timeline) ?? 0).toBeGreaterThanOrEqual(0);
    };
    fc.assert(fc.property(change, check), { numRuns: 1000 });
  });
});

const TAGS = [
  '!DOCTYPE',
  'html',
  'head',
  'meta',
  'title',
  'style',
  'body',
  'header',
  'p',
  'b',
  'h1',
  'span',
  'i',
  'dl',
  'div',
  'dd',
  'dt',
];
const MORE = [
  'section',
  'h2',
  'ol',
  'ul',
  'li',
  'svg',
  'line',
  'text',
  'rect',
  'polygon',
  'table',
  'thead',
  'tbody',
  'tr',
  'th',
  'td',
  'footer',
];

/** Tags that the page itself does not use, and positions that are no numbers. */
function strangeIn(page: string): string[] {
  const tags = [...page.matchAll(/<\/?([^\s>/]*)/g)].map(([, name]) => name ?? '');
  const places = [...page.matchAll(/ (?:x|y|x1|x2|y1|y2|width|height)="([^"]*)"/g)].map(([, value]) => value ?? '');
  return [
    ...tags.filter((name) => ![...TAGS, ...MORE].includes(name)),
    ...places.filter((value) => !/^\d+(\.\d+)?(em|%)$/.test(value)),
  ];
}

describe.each(everyRecord)('the page of a record: %s', (_, data) => {
  const page = htmlPage(timelineOf(data), '0.1.0');

  it('needs nothing from elsewhere and holds no script', () => {
    expect(strangeIn(page)).toEqual([]);
    expect(page).not.toMatch(/https?:|url\(|@import|<link|<img|\bon\w+=|javascript:/i);
    expect(page).toContain("default-src 'none'");
  });

  it('has the masters, the figure of the outage and a row for each stretch', () => {
    const timeline = timelineOf(data);
    expect(page).toContain('<span>db1:3306</span>');
    expect(page.match(/<tr[ >]/g)).toHaveLength(timeline.stretches.length + 1);
    for (const { label } of timeline.stretches) expect(page).toContain(`>${label}<`);
  });
});

it('a page escapes what a server or an operator wrote, and turns no writing around', () => {
  const evil = '<script>alert(1)</script>"&\u202e\u0007\u001b[31m';
  const page = htmlPage(timelineOf({ ...planned(), conf: `/etc/${evil}.cnf`, notes: [evil] }), evil);
  expect(strangeIn(page)).toEqual([]);
  expect(['\u202e', '\u0007', '\u001b'].filter((sign) => page.includes(sign))).toEqual([]);
  expect(page).toContain('&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#38;');
});

describe('the chart', () => {
  it.each(everyRecord)('of a record fits 80 columns of plain text: %s', (_, data) => {
    const lines = chart(timelineOf({ ...data, notes: ['x'.repeat(200), 'späte\u001b[31m \n rows'] })).split('\n');
    expect(lines.filter((line) => !/^[\x20-\x7e]{1,80}$/.test(line))).toEqual([]);
  });

  it('reads so', () => {
    expect(chart(timelineOf(planned(1234)))).toMatchInlineSnapshot(`
      "db1:3306 -> db2:3306
        planned switch, finished
        began 2026-01-02 03:04:05, ended 03:04:09 UTC
        nobody could write for 500 ms, from 03:04:07.0 to 03:04:07.5 UTC
        1,234 accounts shut out (124 locked), 8 sessions ended (about 3 at work), 2
        events moved
        id 2026-01-02T03-04-06-000Z-77
      The whole switch, 4.30 s
        checks                          1.00 s  =========
        new master: read_only on         10 ms          =
        accounts and events read         20 ms           =
        scheduled events off             30 ms               =
        nobody could write              500 ms                   ####
        accounts let in again           200 ms                        ==
        scheduled events on              20 ms                          =
        MHA: replicas follow            1.18 s                          ----------
        all servers compared            300 ms                                     ===
      While nobody could write, 500 ms
        accounts shut out                50 ms  ####
        sessions ended                   40 ms     ###
        old master: read_only on         10 ms        #
        MHA: new master catches up      100 ms         --------
        new master opened               300 ms                 #######################
      - 'x'@'%' is locked instead of revoked: why"
    `);
    expect(chart(timelineOf(failedStop()), { remarks: false })).toMatchInlineSnapshot(`
      "db1:3306 -> db2:3306
        planned switch, put back
        began 2026-01-02 03:04:05, ended 03:04:08 UTC
        nobody could write for 1.30 s, from 03:04:07.0 to 03:04:08.3 UTC
        25 accounts shut out (3 locked), 2 events off and on again
        id 2026-01-02T03-04-06-000Z-77
      The whole switch, 3.60 s
        checks                          1.00 s  ===========
        new master: read_only on         10 ms            =
        accounts and events read         20 ms             =
        scheduled events off             30 ms                 =
        nobody could write              1.30 s                       ##############
      While nobody could write, 1.30 s
        accounts shut out                50 ms  #
        sessions ended             did not end   ############################
        everything put back             300 ms                               #########
      ! original master db1:3306: sessions ended: killed, but still there"
    `);
    expect(chart(timelineOf(failover()))).toMatchInlineSnapshot(`
      "db1:3306 -> db2:3306
        failover, finished
        recorded 2026-01-02 03:04:07 UTC
        at 03:04:07 UTC the new master took writes; the scripts cannot know when the
        old one died, but MHA's log says it
        2 events switched on
        id 2026-01-02T03-04-06-000Z-77
      What start did, 620 ms
        new master opened               300 ms  ==================
        scheduled events on              20 ms                                      ="
    `);
  });

  it('has colour only if it is asked for', () => {
    expect(chart(timelineOf(planned()))).not.toContain('\u001b');
    expect(chart(timelineOf(planned()), { colour: true })).toContain('\u001b[31m#');
  });

  it('shows the first of many notes and says how many there are', () => {
    const notes = Array.from({ length: 1000 }, (_, i) => `account ${i} differs`);
    const text = chart(timelineOf({ ...planned(), notes }));
    expect(text).toContain('! account 10 differs');
    expect(text).toContain('! and 989 more: mha_report --json has all');
  });
});
