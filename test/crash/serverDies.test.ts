import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stateOf } from '../support/process/crash.ts';
import { openJournals } from '../support/scenes/mha.ts';
import {
  endOf,
  expectAsBefore,
  expectMaster,
  expectRecovered,
  hook,
  recover,
  Sessions,
  type State,
  stock,
  stopDraining,
  stopped,
  watchWriters,
  writeSettings,
} from '../support/scenes/network.ts';
import { useLab } from '../support/useLab.ts';
import { SQL } from '../tools/lab/kind.ts';
import { changeTo } from '../tools/lab/replication.ts';
import { until } from '../tools/lab/wait.ts';

const READ_ONLY = ['--read-only=1'];

describe('a server that dies in the middle', () => {
  const lab = useLab({ ssh: false, mysqldEach: [[], READ_ONLY, READ_ONLY] });
  let before: State;
  let writers: ReturnType<typeof watchWriters>;
  const sessions = new Sessions();
  const name = (index: number) => `${lab.server(index).host}:3306`;

  beforeAll(async () => {
    writeSettings(lab);
    before = await stock(lab);
  });
  beforeEach(async () => {
    // A replica connects again some time after its master has come back.
    await until('replicas that are connected', 30_000, async () =>
      (await lab.dump()).every(({ io = 'Yes' }) => io === 'Yes'),
    );
    writers = watchWriters(lab);
  });
  afterEach(async () => {
    await sessions.release();
    const most = await writers.end();
    if (lab.servers.some((s) => !s.running) || !isDeepStrictEqual(await stateOf(lab), before)) {
      await lab.reset();
      before = await stock(lab);
    }
    expect(most, 'writers at the same time').toBe(1);
  });

  describe('the original master is killed and started again', () => {
    it('while stop drains it: says what is left, and recovery does it', async () => {
      const stopping = await stopDraining(lab, sessions);
      await lab.server(0).kill9();
      await expectLeftOpen(endOf(Promise.resolve(stopping)), name(0), 'GRANT');
      await expectLeftOpen(endOf(recover(lab)), `the original master ${name(0)} is down`);
      await lab.server(0).start();
      await expectRecovered(lab);
      await expectAsBefore(lab, before);
    });

    it('while an interrupted stop gives the rights back', async () => {
      const stopping = await stopDraining(lab, sessions);
      await sessions.holdGrants(lab.server(0));
      process.kill(stopping.pid, 'SIGINT');
      await stopping.printed(/waiting for \S+ GRANT/);
      await lab.server(0).kill9();
      await expectLeftOpen(endOf(Promise.resolve(stopping)), 'SIGINT', name(0), 'GRANT');
      await lab.server(0).start();
      await expectRecovered(lab);
      await expectAsBefore(lab, before);
    });

    it('while mha_recover gives the rights back', async () => {
      await stopped(lab);
      await sessions.holdGrants(lab.server(0));
      const recovering = await recover(lab);
      await recovering.printed(/waiting for \S+ GRANT/);
      await lab.server(0).kill9();
      await expectLeftOpen(endOf(Promise.resolve(recovering)), name(0));
      await lab.server(0).start();
      await expectRecovered(lab);
      await expectAsBefore(lab, before);
    });
  });

  describe('the new master is killed while stop drains the original one', () => {
    it('and started again: start opens it', async () => {
      const stopping = await stopDraining(lab, sessions);
      await lab.server(1).kill9();
      await lab.server(1).start();
      await expectCode(endOf(Promise.resolve(stopping)), 0);
      await expectCode(endOf(hook(lab, 'start')), 0);
      await expectRecovered(lab);
      await expectMaster(lab, 1, before);
    });

    it('and stays down: stop notices at its end, and the original one goes on', async () => {
      const stopping = await stopDraining(lab, sessions);
      await lab.server(1).kill9();
      const { output } = await expectCode(endOf(Promise.resolve(stopping)), 1);
      expect(output).toContain('Everything that had been changed was put back');
      expect(await lab.server(0).admin('SELECT @@GLOBAL.read_only AS value')).toEqual([{ value: 0 }]);
      await lab.server(1).start();
      await expectAsBefore(lab, before);
    });

    it('once stop has ended, before start: it was never opened, and the original one goes on', async () => {
      await stopped(lab);
      await lab.server(1).kill9();
      await expectCode(endOf(recover(lab)), 0);
      expect(await lab.server(0).admin('SELECT @@GLOBAL.read_only AS value')).toEqual([{ value: 0 }]);
      await lab.server(1).start();
      await expectAsBefore(lab, before);
    });

    it('and start has tried to open it: with --new_master_is_down the original one goes on', async () => {
      await stopped(lab);
      await lab.server(1).kill9();
      const { output } = await expectCode(endOf(hook(lab, 'start')), 1);
      expect(output).toContain(name(1));
      await expectLeftOpen(endOf(recover(lab)), `${name(1)} may have been opened`);
      await expectCode(endOf(recover(lab, '--new_master_is_down')), 0);
      expect(await lab.server(0).admin('SELECT @@GLOBAL.read_only AS value')).toEqual([{ value: 0 }]);
      await lab.server(1).start();
      await expectAsBefore(lab, before);
    });
  });

  it('a replica is killed: the switch goes on, and is ended without it', async () => {
    const stopping = await stopDraining(lab, sessions);
    await lab.server(2).kill9();
    await expectCode(endOf(Promise.resolve(stopping)), 0);
    const { output } = await expectCode(endOf(hook(lab, 'start')), 0);
    expect(output).toContain(name(2));
    await expectCode(endOf(recover(lab)), 0);
    await lab.server(2).start();
    await lab.waitReplicasLevel();
    await expectMaster(lab, 1, before);
  });

  describe('the original master dies after stop, and another server is made the master by hand', () => {
    it('it comes back read-only: its rights are repaired, it stays closed', async () => {
      await stopped(lab);
      await lab.server(0).kill9();
      await failOverByHand();
      await lab.server(0).start(READ_ONLY);
      await expectRecovered(lab);
      await expectMaster(lab, 2, before);
    });

    it('it comes back writable: nothing is touched, and both writers are named', async () => {
      await stopped(lab);
      await lab.server(0).kill9();
      await failOverByHand();
      expect(await writers.end()).toBe(1);
      await lab.server(0).start();
      const found = await stateOf(lab);
      await expectLeftOpen(endOf(recover(lab)), `TWO MASTERS: ${name(0)} and ${name(2)} take writes`);
      expect(await stateOf(lab)).toEqual(found);
      await lab.server(0).admin('SET GLOBAL read_only = 1');
      await expectRecovered(lab);
      await expectMaster(lab, 2, before);
    });
  });

  async function failOverByHand(): Promise<void> {
    const [next, other] = [lab.server(2), lab.server(1)];
    await next.adminAll([SQL.stop, SQL.forget, 'SET GLOBAL read_only = 0']);
    await other.adminAll([SQL.stop, await changeTo(next, lab.repl), SQL.start]);
  }

  async function expectCode(ending: ReturnType<typeof endOf>, code: number) {
    const result = await ending;
    expect(result.code, result.output).toBe(code);
    return result;
  }

  async function expectLeftOpen(ending: ReturnType<typeof endOf>, ...said: string[]): Promise<void> {
    const { output } = await expectCode(ending, 1);
    for (const text of said) expect(output).toContain(text);
    expect(openJournals(lab)).toHaveLength(1);
  }
});
