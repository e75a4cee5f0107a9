import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FEW } from '../support/byHand.ts';
import { guardians, noGuardian, plainSwitch, slowStart } from '../support/process/guardians.ts';
import { holdAfterStop, masterhaAmong } from '../support/process/heldHook.ts';
import { closedPhases, openJournals, processes } from '../support/scenes/mha.ts';
import { openServers, recover, type Wanted, wantedOf, wrongAtTheEnd } from '../support/state/judge.ts';
import { startWriters, type Writers } from '../support/state/writers.ts';
import { useLab } from '../support/useLab.ts';
import { until } from '../tools/lab/wait.ts';

const [A, B] = [0, 1];
const TELLER = { user: 'teller', password: 'zpw-teller' };

const lab = useLab({ settings: { kill_after_timeout: 0.5, undo_timeout: 6 }, stock: FEW, eachTest: true });
let wanted: Wanted;
let writers: Writers;

beforeEach(async () => {
  wanted = await wantedOf(lab);
  writers = startWriters([lab.server(A), lab.server(B)], TELLER);
  await until('the first rows', 20_000, () => writers.count(A) > 20);
});

afterEach(() => writers.stop());

/** What is killed, and how. */
const HOWS = {
  'MHA by TERM': (mha: number) => process.kill(mha, 'SIGTERM'),
  'MHA by KILL': (mha: number) => process.kill(mha, 'SIGKILL'),
  // MHA leads its process group: Ctrl-C on a terminal signals all of it.
  'Ctrl-C': (mha: number) => process.kill(-mha, 'SIGINT'),
} as const;
type How = keyof typeof HOWS;

const inMha = () => masterhaAmong(processes(lab));

/**
 * Ends MHA, and its guardian too if asked to, then lets the hook go that is held, if any. In the end one server takes writes, and
 * everybody has all rights.
 */
async function expectOneMaster(
  how: How,
  guardianToo: boolean,
  ended: Promise<unknown>,
  letGo = () => {},
): Promise<void> {
  const mha = inMha();
  if (guardianToo) for (const pid of guardians(lab)) process.kill(pid, 'SIGKILL');
  HOWS[how](mha);
  letGo();
  await ended;
  await noGuardian(lab);
  const isLeft = openJournals(lab).length > 0;
  // A `start` that had done its work is not undone, and compared by mha_recover.
  if (guardianToo || isLeft) {
    const result = await recover(lab);
    expect(result.code, result.stdout + result.stderr).toBe(0);
  }
  const [open = A, ...more] = await openServers(lab);
  expect(more).toEqual([]);
  const count = writers.count(open);
  await until('rows after the switch', 10_000, () => writers.count(open) > count + 20);
  expect((await writers.stop()).wrong).toEqual([]);
  expect(await wrongAtTheEnd(lab, { ...wanted, master: open })).toEqual([]);
  expect(openJournals(lab)).toEqual([]);
  expect(closedPhases(lab).at(-1)).toBe(open === A ? 'undone' : 'finished');
}

const CASES = (Object.keys(HOWS) as How[]).map((how, i) => ({ how, i }));

describe.each(CASES)('$how', ({ how, i }) => {
  it.each([(i + 1) % 2 === 1])('right after stop; the guardian too: %s', async (guardianToo) => {
    const held = holdAfterStop(lab);
    const run = await plainSwitch(lab);
    await held.stopped(run.output);
    await expectOneMaster(how, guardianToo, run.ended, held.letGo);
    expect(await openServers(lab)).toEqual([A]);
  });

  it.each([i % 2 === 1])('while MHA waits for the new master; the guardian too: %s', async (guardianToo) => {
    const held = holdAfterStop(lab);
    const run = await plainSwitch(lab);
    await held.stopped(run.output);
    const lock = await lab.server(B).connect(lab.mha.user, lab.mha.password);
    await lock.query('FLUSH TABLES WITH READ LOCK');
    await lab.server(A).admin('INSERT INTO app.orders VALUES (1, 1, NULL)');
    held.letGo();
    await run.printed('Waiting to execute all relay logs');
    await expectOneMaster(how, guardianToo, run.ended).finally(() => lock.end());
    expect(await openServers(lab)).toEqual([A]);
  });

  it.each([(i + 1) % 2 === 1])(
    'once MHA has called start, which is slow; the guardian too: %s',
    async (guardianToo) => {
      const run = await plainSwitch(lab, slowStart(lab, 'sleep 3'));
      await until('the new master open', 30_000, async () => (await openServers(lab)).includes(B), run.output);
      await expectOneMaster(how, guardianToo, run.ended);
      expect(await openServers(lab)).toEqual([B]);
    },
  );
});

it.each([0, 15, 30, 60, 100, 200])('killed %d ms after stop', async (ms) => {
  const held = holdAfterStop(lab);
  const run = await plainSwitch(lab);
  await held.stopped(run.output);
  held.letGo();
  await sleep(ms);
  const [how = 'Ctrl-C'] = (Object.keys(HOWS) as How[]).slice(ms % 3);
  await expectOneMaster(how, ms % 4 === 0, run.ended);
});
