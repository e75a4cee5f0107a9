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
  stopWaiting,
  watchWriters,
  writeSettings,
} from '../support/scenes/network.ts';
import { useLab } from '../support/useLab.ts';
import { canUseNamespaces } from '../tools/lab/hosts/namespaces.ts';
import type { Host } from '../tools/lab/lab.ts';

type Cut = readonly [Host, Host];
const FROM_ORIG: Cut = ['manager', 0];
const FROM_NEW: Cut = ['manager', 1];

describe.runIf(canUseNamespaces())('a network that is cut in the middle', () => {
  const lab = useLab({ namespaces: true, ssh: false });
  let before: State;
  let writers: ReturnType<typeof watchWriters>;
  const sessions = new Sessions();

  const name = (index: number) => `${lab.server(index).host}:3306`;
  const cut = async (...cuts: Cut[]) => {
    for (const [a, b] of cuts) await lab.cut(a, b);
  };
  const healAndRelease = async () => {
    await lab.heal();
    await sessions.release();
  };

  beforeAll(async () => {
    writeSettings(lab);
    before = await stock(lab);
  });
  beforeEach(() => {
    writers = watchWriters(lab);
  });
  afterEach(async () => {
    await healAndRelease();
    const most = await writers.end();
    if (!isDeepStrictEqual(await stateOf(lab), before)) {
      await lab.reset();
      before = await stock(lab);
    }
    expect(most, 'writers at the same time').toBe(1);
  });

  describe('stop, while running transactions may finish', () => {
    it('the original master: nothing had been done to it, all is as before at once', async () => {
      const stopping = await stopWaiting(lab, sessions);
      await cut(FROM_ORIG);
      const { code, output } = await endOf(Promise.resolve(stopping));
      expect(code, output).toBe(1);
      expect(output).toContain(name(0));
      expect(output).toContain('Everything that had been changed was put back');
      await expectAsBefore(lab, before);
    });

    it('both masters: says that the new one is to be looked at, and recovery does so', async () => {
      const stopping = await stopWaiting(lab, sessions);
      await cut(FROM_ORIG, FROM_NEW);
      await expectLeftOpen(endOf(Promise.resolve(stopping)), name(0), name(1));
      await healAndRelease();
      await expectRecovered(lab);
      await expectAsBefore(lab, before);
    });
  });

  describe('stop, when the rights are taken and sessions are drained', () => {
    it.each([
      ['the original master', [FROM_ORIG]],
      ['both masters', [FROM_ORIG, FROM_NEW]],
    ] as const)('%s: says what is left; recovery waits for it and then puts all back', async (_, cuts) => {
      const stopping = await stopDraining(lab, sessions);
      await cut(...cuts);
      await expectLeftOpen(endOf(Promise.resolve(stopping)), name(0));
      await expectLeftOpen(endOf(recover(lab)), name(0));
      await healAndRelease();
      await expectRecovered(lab);
      await expectAsBefore(lab, before);
    });

    it('the new master: stop notices at its end, and the original one goes on', async () => {
      const stopping = await stopDraining(lab, sessions);
      await cut(FROM_NEW);
      await expectLeftOpen(endOf(Promise.resolve(stopping)), name(1), 'checked again');
      expect(await lab.server(0).admin('SELECT @@GLOBAL.read_only AS value')).toEqual([{ value: 0 }]);
      await healAndRelease();
      await expectRecovered(lab);
      await expectAsBefore(lab, before);
    });

    it('the new master, once stop has ended: start cannot open it; recovery opens nothing while it may be open', async () => {
      await stopped(lab);
      await cut(FROM_NEW);
      const starting = await endOf(hook(lab, 'start'));
      expect(starting.code, starting.output).toBe(1);
      expect(starting.output).toContain(`${name(1)}`);
      await expectLeftOpen(endOf(recover(lab)), name(1), 'may have been opened');
      await healAndRelease();
      await expectRecovered(lab);
      await expectAsBefore(lab, before);
    });

    it('the original master from its replicas: stop ends well, and can be taken back', async () => {
      const stopping = await stopDraining(lab, sessions);
      await cut([0, 1], [0, 2]);
      const { code, output } = await endOf(Promise.resolve(stopping));
      expect(code, output).toBe(0);
      await expectRecovered(lab);
      await expectAsBefore(lab, before);
    });
  });

  it('stop, in the middle of a REVOKE that a lock holds up: it does not come into force after recovery', async () => {
    await sessions.holdGrants(lab.server(0));
    const stopping = await hook(lab, 'stop');
    await stopping.printed(/waiting for \S+ REVOKE/);
    await cut(FROM_ORIG);
    await expectLeftOpen(endOf(Promise.resolve(stopping)), name(0));
    await lab.heal();
    await expectRecovered(lab);
    await sessions.release();
    await expectAsBefore(lab, before);
  });

  describe('start, while it gives the rights back', () => {
    it.each([
      ['the new master', [FROM_NEW]],
      ['both masters', [FROM_ORIG, FROM_NEW]],
    ] as const)('%s: it is open, and what failed is reported; recovery does the rest', async (_, cuts) => {
      await stopped(lab);
      await sessions.holdGrants(lab.server(1));
      const starting = await hook(lab, 'start');
      await starting.printed(/waiting for \S+ GRANT/);
      await cut(...cuts);
      const { code, output } = await endOf(Promise.resolve(starting));
      expect(code, output).toBe(10);
      expect(output).toContain('the new master takes writes, but:');
      expect(output).toContain(name(1));
      await healAndRelease();
      await expectRecovered(lab);
      await expectMaster(lab, 1, before);
    });

    it('the original master: start never needs it; recovery waits for it', async () => {
      await stopped(lab);
      await cut(FROM_ORIG);
      const { code, output } = await endOf(hook(lab, 'start'));
      expect(code, output).toBe(0);
      await expectLeftOpen(endOf(recover(lab)), name(0));
      await lab.heal();
      await expectRecovered(lab);
      await expectMaster(lab, 1, before);
    });

    it('the original master from its replicas: the rights are given directly, replication goes on', async () => {
      await stopped(lab);
      await cut([0, 1], [0, 2]);
      const { code, output } = await endOf(hook(lab, 'start'));
      expect(code, output).toBe(0);
      await expectRecovered(lab);
      await expectMaster(lab, 1, before);
      expect((await lab.dump()).slice(1).map(({ sql }) => sql)).toEqual(['Yes', 'Yes']);
    });
  });

  describe('mha_recover', () => {
    it.each([
      ['the original master', [FROM_ORIG]],
      ['both masters', [FROM_ORIG, FROM_NEW]],
    ] as const)('%s, while it puts the rights back: run again, it comes to the same end', async (_, cuts) => {
      await stopped(lab);
      await sessions.holdGrants(lab.server(0));
      const recovering = await recover(lab);
      await recovering.printed(/waiting for \S+ GRANT/);
      await cut(...cuts);
      await expectLeftOpen(endOf(Promise.resolve(recovering)), name(0));
      await healAndRelease();
      await expectRecovered(lab);
      await expectAsBefore(lab, before);
    });

    it('the original master, while it finishes a switch: run again, it comes to the same end', async () => {
      await stopped(lab);
      expect(await endOf(hook(lab, 'start'))).toMatchObject({ code: 0 });
      await sessions.holdGrants(lab.server(0));
      const recovering = await recover(lab);
      await recovering.printed(/waiting for \S+ GRANT/);
      await cut(FROM_ORIG);
      await expectLeftOpen(endOf(Promise.resolve(recovering)), name(0));
      await healAndRelease();
      await expectRecovered(lab);
      await expectMaster(lab, 1, before);
    });
  });

  async function expectLeftOpen(ending: ReturnType<typeof endOf>, ...said: string[]): Promise<void> {
    const { code, output } = await ending;
    expect(code, output).toBe(1);
    for (const text of said) expect(output).toContain(text);
    expect(output).toContain('journal');
    expect(openJournals(lab)).toHaveLength(1);
  }
});
