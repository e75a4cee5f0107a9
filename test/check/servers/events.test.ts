import { describe, expect, it } from 'vitest';
import { events } from '../../../src/procedures/check/servers/replication/events.ts';
import { replication } from '../../../src/procedures/check/servers/replication/replication.ts';
import { bad, look, useCheckedLab } from '../../support/checking.ts';
import { until } from '../../tools/lab/wait.ts';

const { lab, on, onMaster, provoke } = useCheckedLab();

describe('events', () => {
  const daily = "CREATE DEFINER=root@localhost EVENT app.daily ON SCHEDULE EVERY 1 DAY DO DO 'it''s'";

  it('on at the master are no finding', async () => {
    await onMaster(daily);
    expect(await look(lab, [events])).toEqual([]);
  });

  it('on at a replica', () =>
    provoke({
      ...{ check: events, code: 'event_on_replica', level: 'warning', where: 2, text: /app\.daily/ },
      cause: () => on(2, 'ALTER DEFINER=root@localhost EVENT app.daily ENABLE'),
      mend: 'follow',
    }));

  it('off at a candidate', () =>
    provoke({
      ...{ check: events, code: 'event_lost', level: 'warning', where: 1, text: /app\.daily/ },
      cause: () => on(1, 'ALTER DEFINER=root@localhost EVENT app.daily DISABLE'),
      mend: 'follow',
    }));

  it('missing at a candidate', () =>
    provoke({
      ...{ check: events, code: 'event_lost', level: 'warning', where: 1, text: /missing/ },
      cause: () => on(1, 'DROP EVENT app.daily'),
      mend: () => on(1, daily, 'ALTER DEFINER=root@localhost EVENT app.daily DISABLE ON SLAVE'),
    }));

  it('whose scheduler is off', () =>
    provoke({
      ...{ check: events, code: 'event_scheduler_off', level: 'warning', where: 1, text: /with 1 events/ },
      cause: () => lab.server(1).admin('SET GLOBAL event_scheduler = OFF'),
      mend: 'follow',
    }));

  it('whose definer a candidate lacks', () =>
    provoke({
      ...{ check: events, code: 'event_definer_missing', level: 'warning', where: 1, text: /app\.hers \(her@%\)/ },
      cause: async () => {
        await onMaster("CREATE USER her@'%'", "CREATE DEFINER=her@'%' EVENT app.hers ON SCHEDULE EVERY 1 DAY DO DO 0");
        await on(1, "DROP USER her@'%'");
      },
      mend: async () => {
        await onMaster('DROP EVENT app.hers');
        for (const number of [0, 2]) await on(number, "DROP USER her@'%'");
      },
    }));
});

it('the lab is healthy again', async () => {
  await until('replication', 30_000, async () => bad(await look(lab, [replication])).length === 0);
  expect(bad(await look(lab)).map((f) => f.code)).toEqual([]);
});
