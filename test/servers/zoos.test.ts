import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BlockMethod } from '../../src/capabilities/accounts/shutOut/blocked.ts';
import type { Journal } from '../../src/capabilities/journal/journal.ts';
import { openJournals } from '../../src/capabilities/journal/openJournals.ts';
import { undoSteps } from '../../src/procedures/engine/undo.ts';
import { finishSwitch } from '../../src/procedures/finish/index.ts';
import { finishStart } from '../../src/procedures/start/index.ts';
import { journalOf } from '../../src/procedures/start/journalOf.ts';
import { openNewMaster } from '../../src/procedures/start/openNewMaster.ts';
import { stop } from '../../src/procedures/stop/index.ts';
import { UNDO_STEPS } from '../../src/procedures/stop/steps.ts';
import { type SwitchContext, undoing } from '../../src/procedures/switch/context.ts';
import { isMysql, SQL } from '../lab/kind.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { changeTo } from '../lab/replication.ts';
import { contextOf } from '../support/inProcess.ts';
import { RANDOM_OBJECTS, type RandomAccounts, randomLots } from '../support/randomAccounts.ts';
import { secretsIn } from '../support/secrets.ts';
import { rightsOf } from '../support/zoo.ts';

/** Zoos are independent of each other: several go through one switch. */
const LOT = 10;
const LOTS = 50;

let lab: Lab;

/** Two masters that replicate from each other: what is given back on the new one reaches the old one at once. */
beforeAll(async () => {
  const fast = ['--sync-binlog=0', '--innodb-flush-log-at-trx-commit=0'];
  lab = await startLab({ servers: 2, ssh: false, mysqld: isMysql ? [...fast, '--log-raw'] : fast });
  const [master, other] = [lab.server(0), lab.server(1)];
  await master.adminAll([await changeTo(other, lab.repl), SQL.start, ...RANDOM_OBJECTS]);
});

afterAll(() => lab?.stop());

const everybodysRights = () => Promise.all(lab.servers.map(rightsOf));

async function inContext(method: BlockMethod, work: (context: SwitchContext) => Promise<void>): Promise<void> {
  const context = contextOf(lab, lab.server(0), lab.server(1), method);
  try {
    await work(context);
  } finally {
    await context.sessions.closeAll();
  }
}

/** `stop` has paused the original master's own replication; MHA makes it anew at the end. */
async function goOn(): Promise<void> {
  await lab.server(0).admin(SQL.start);
}

/** Nothing stands in the way of undoing. */
const FREELY = { objection: async () => undefined };

async function stopThenUndo(context: SwitchContext): Promise<void> {
  await stop(context);
  const journal = (await journalOf(context, 'planned')) as Journal;
  expect(await undoSteps(UNDO_STEPS, undoing(context, 0), journal, FREELY)).toEqual([]);
}

async function stopThenStart(context: SwitchContext): Promise<void> {
  await stop(context);
  await openNewMaster(context);
  const journal = (await journalOf(context, 'planned')) as Journal;
  expect(await finishStart(context, { journal, how: 'planned' })).toEqual([]);
  await goOn();
  await level();
  await journal.close('finished');
}

/** Everything that one of the two has written, the other has executed; neither has stopped. */
async function level(): Promise<void> {
  await lab.waitReplicasLevel();
  for (const { io, sql } of await lab.dump()) expect([io, sql]).toEqual(['Yes', 'Yes']);
}

async function withZoos(zoos: readonly RandomAccounts[], work: () => Promise<void>): Promise<void> {
  try {
    await lab.server(0).adminAll(zoos.flatMap((zoo) => zoo.create));
    await level();
    await work();
  } finally {
    for (const server of lab.servers) await server.admin('SET GLOBAL read_only = 0');
    await lab
      .server(0)
      .adminAll(zoos.flatMap((zoo) => zoo.drop.map((sql) => sql.replace(/^DROP \w+/, '$& IF EXISTS'))));
    await level();
  }
}

it(`${LOT * LOTS} random zoos have all they had after stop and undo, and after stop and start`, async () => {
  const method = fc.constantFrom<BlockMethod>('revoke', 'revoke', 'lock', 'both');
  const property = fc.asyncProperty(randomLots(LOT), method, (zoos, how) =>
    withZoos(zoos, async () => {
      const before = await everybodysRights();
      await inContext(how, stopThenUndo);
      expect(await everybodysRights()).toEqual(before);
      await inContext(how, stopThenStart);
      expect(await everybodysRights()).toEqual(before);
      expect(await openJournals(journals(), [])).toEqual([]);
    }),
  );
  await fc.assert(property, { numRuns: LOTS, endOnFailure: true });
}, 900_000);

const journals = () => contextOf(lab, lab.server(0), lab.server(1), 'revoke').journals;

it.each<BlockMethod>(['revoke', 'both'])('no statement of ours carries a password or a hash (%s)', async (method) => {
  const zoos = fc.sample(randomLots(LOT), { numRuns: 1, seed: 4 })[0] as RandomAccounts[];
  await withZoos(zoos, async () => {
    for (const server of lab.servers) await server.startGeneralLog();
    await inContext(method, stopThenUndo);
    await inContext(method, async (context) => {
      await stop(context);
      await openNewMaster(context);
      const journal = (await journalOf(context, 'planned')) as Journal;
      await finishStart(context, { journal, how: 'planned' });
      await goOn();
      expect(await finishSwitch(context, journal, { replicationMs: 1000 })).toEqual([]);
    });
    for (const server of lab.servers) await server.stopGeneralLog();
    const logs = lab.servers.map((server) => server.readGeneralLog());
    for (const log of logs) expect(log).toMatch(/GRANT [A-Z]+/);
    expect(await secretsIn(lab, logs)).toEqual([]);
  });
});
