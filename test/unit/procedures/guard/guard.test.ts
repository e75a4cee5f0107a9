import { expect, it } from 'vitest';
import type { JournalData } from '../../../../src/capabilities/journal/data.ts';
import { guard, type WatchedMha } from '../../../../src/procedures/guard/index.ts';
import { settleSwitch } from '../../../../src/procedures/guard/settle.ts';
import type { SwitchContext } from '../../../../src/procedures/switch/context.ts';
import { MemoryStore } from '../../engine/fakes.ts';

/** The context of a switch whose journal has this phase, with a clock that only sleeping moves on. */
function scene(phase: JournalData['phase']) {
  let now = 0;
  const warnings: string[] = [];
  const store = new MemoryStore();
  store.disk = JSON.stringify({ phase });
  const sleep = async (ms: number) => {
    now += ms;
  };
  const clock = { ticks: () => now, sleep };
  const log = { debug: () => {}, info: () => {}, warning: (text: string) => void warnings.push(text), error: () => {} };
  const origMaster = { host: 'db1', ip: 'db1', port: 3306 };
  const settings = { undoMs: 5000, maxOutageMs: undefined };
  const context = { clock, log, journals: store, origMaster, settings } as unknown as SwitchContext;
  return { context, store, warnings };
}

const mha = (runs: () => boolean): WatchedMha => ({
  isRunning: runs,
  startCall: () => undefined,
  end: async () => undefined,
});

it('reads a journal again that it could not read, and says so once', async () => {
  const { context, store, warnings } = scene('started');
  const { load } = store;
  let tries = 0;
  store.load = async (path) => {
    tries += 1;
    if (tries < 4) throw new Error('EMFILE');
    return load(path);
  };
  const stop = { state: 'done' } as const;
  const end = await guard({ context, stop, mha: mha(() => tries < 10), say: () => {} });
  expect(end).toMatchObject({ settle: false });
  expect(tries).toBe(4);
  expect(warnings).toEqual(['the guardian cannot read the journal: EMFILE; it tries again']);
});

it('leaves once a journal that it could not read is closed', async () => {
  const { context, store } = scene('stopped');
  let tries = 0;
  store.load = async () => {
    tries += 1;
    if (tries === 1) throw new Error('EMFILE');
    store.disk = undefined;
    return undefined;
  };
  const end = await guard({ context, stop: { state: 'done' }, mha: mha(() => true), say: () => {} });
  expect(end).toMatchObject({ settle: false });
});

it('a switch that no try could end is open, with the last reason', async () => {
  const { context, store } = scene('stopped');
  store.load = async () => {
    throw new Error('EMFILE');
  };
  const settled = await settleSwitch(context, { settle: true, opened: false, awake: true });
  expect(settled).toMatchObject({ open: true, problems: ['EMFILE'] });
});
