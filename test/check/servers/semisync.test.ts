import { beforeAll, describe, expect, it } from 'vitest';
import { replication } from '../../../src/procedures/check/servers/replication/replication.ts';
import { semisync } from '../../../src/procedures/check/servers/replication/semisync.ts';
import { bad, look, useCheckedLab } from '../../support/checking.ts';
import { isMysql, SQL } from '../../tools/lab/kind.ts';
import { until } from '../../tools/lab/wait.ts';

const { lab, provoke } = useCheckedLab();

describe('semi-synchronous replication', () => {
  const [source, replica] = isMysql ? ['source', 'replica'] : ['master', 'slave'];
  const asMaster = (number: number, enabled: 0 | 1, timeout = 10_000) =>
    lab
      .server(number)
      .adminAll([
        `SET GLOBAL rpl_semi_sync_${source}_timeout = ${timeout}`,
        `SET GLOBAL rpl_semi_sync_${source}_enabled = ${enabled}`,
      ]);
  const asReplica = (number: number, enabled: 0 | 1) =>
    lab
      .server(number)
      .adminAll([
        `SET GLOBAL rpl_semi_sync_${replica}_enabled = ${enabled}`,
        `${SQL.stop} IO_THREAD`,
        `${SQL.start} IO_THREAD`,
      ]);

  beforeAll(async () => {
    if (!isMysql) return;
    for (const word of ['source', 'replica'])
      for (const server of lab.servers) {
        await server.admin(`INSTALL PLUGIN rpl_semi_sync_${word} SONAME 'semisync_${word}.so'`);
      }
  });

  it('that nobody acknowledges, for a minute', () =>
    provoke({
      ...{ check: semisync, code: 'semisync_hangs', level: 'error', where: 0, text: /waits 60 s .* 0 replicas/ },
      cause: () => asMaster(0, 1, 60_000),
      mend: () => asMaster(0, 0),
    }));

  it('that nobody acknowledges, for a second', () =>
    provoke({
      ...{ check: semisync, code: 'semisync_hangs', level: 'warning', where: 0 },
      cause: () => asMaster(0, 1, 1000),
      mend: () => asMaster(0, 0),
    }));

  it('that waits for a minute if a replica is lost', () =>
    provoke({
      ...{ check: semisync, code: 'semisync_timeout', level: 'warning', where: 0, text: /up to 60 s/ },
      cause: async () => {
        await asMaster(0, 1, 60_000);
        await asReplica(1, 1);
        const none = async () => !(await look(lab, [semisync])).some((f) => f.code === 'semisync_hangs');
        await until('the replica to take part', 30_000, none);
      },
      mend: () => asMaster(0, 1, 1000),
    }));

  it('is a note if a candidate has none, and no finding if it has', () =>
    provoke({
      ...{ check: semisync, code: 'semisync_off', level: 'note', where: 1, as: { noMaster: [2] } },
      cause: async () => {},
      mend: async () => {
        await asReplica(2, 1);
        await asMaster(1, 1);
        await until('replication', 30_000, async () => bad(await look(lab, [replication])).length === 0);
      },
    }));

  it('that would wait for nobody once a candidate is the master', () =>
    provoke({
      ...{ check: semisync, code: 'semisync_candidate', level: 'warning', where: 1 },
      cause: () => asReplica(2, 0),
      mend: async () => {
        await asMaster(1, 0);
        await asMaster(0, 0);
        await asReplica(1, 0);
      },
    }));
});

it('the lab is healthy again', async () => {
  await until('replication', 30_000, async () => bad(await look(lab, [replication])).length === 0);
  expect(bad(await look(lab)).map((f) => f.code)).toEqual([]);
});
