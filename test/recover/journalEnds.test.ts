import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { FEW } from '../support/byHand.ts';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { type Wanted, wantedOf, wrongAtTheEnd } from '../support/state/judge.ts';
import { journalFolder, openJournals } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';
import { SQL } from '../tools/lab/kind.ts';
import { changeTo } from '../tools/lab/replication.ts';
import type { RunResult } from '../tools/lab/run.ts';

const [A, B, C] = [0, 1, 2];
const PRELOAD = fileURLToPath(new URL('../support/process/killAtWrite.mjs', import.meta.url));

const lab = useLab({ ssh: false, settings: { kill_after_timeout: 0.5, undo_timeout: 6 }, stock: FEW });
let wanted: (master: number) => Wanted;

beforeEach(fresh);

async function fresh(): Promise<void> {
  await lab.renew();
  const before = await wantedOf(lab);
  wanted = (master) => ({ ...before, master, name: `${lab.server(master).host}:${lab.server(master).port}` });
}

const recover = (env: Record<string, string> = {}) => runCommand('mha_recover', [`--conf=${lab.confFile}`], { env });
const hook = (command: string, orig: number, next: number) =>
  runCommand('master_ip_online_change', onlineArguments(lab, command, lab.server(orig), lab.server(next)));

async function done(result: Promise<RunResult>): Promise<void> {
  const { code, stdout, stderr } = await result;
  expect(code, stdout + stderr).toBe(0);
}

/** A switch that `mha_recover` is to undo, or to finish. */
const SWITCHES = {
  undone: { master: A, next: B, make: () => done(hook('stop', A, B)) },
  finished: {
    master: B,
    next: A,
    make: async () => {
      await done(hook('stop', A, B));
      const [position] = await lab.server(B).admin(SQL.status);
      await done(hook('start', A, B));
      const change = await changeTo(lab.server(B), lab.repl, position);
      for (const index of [A, C]) await lab.server(index).adminAll([SQL.stop, change, SQL.start]);
      await lab.server(B).adminAll([SQL.stop, SQL.forget]);
      await lab.waitReplicasLevel();
    },
  },
} as const;

const history = () => join(journalFolder(lab), 'history');
const phaseOf = (path: string) => JSON.parse(readFileSync(path, 'utf8')).phase as string;
const closed = () =>
  existsSync(history()) ? readdirSync(history()).map((name) => phaseOf(join(history(), name))) : [];

describe.each(Object.entries(SWITCHES))('a switch that is %s', (phase, { master, next, make }) => {
  it('is closed although history/ has been removed', async () => {
    await make();
    rmSync(history(), { recursive: true });
    await done(recover());
    expect(openJournals(lab)).toEqual([]);
    expect(closed()).toEqual([phase]);
    expect(statSync(history()).mode & 0o777).toBe(0o700);
    expect(await wrongAtTheEnd(lab, wanted(master))).toEqual([]);
  });

  /** Killed once the journal says how it ended, before it is moved: the last thing but the end of the claim. */
  async function killedBeforeTheMove(): Promise<void> {
    await make();
    const counter = join(lab.folder, `writes-${phase}`);
    await done(recover({ NODE_OPTIONS: `--import=${PRELOAD}`, COUNT_WRITES: counter }));
    const move = Number(readFileSync(counter, 'utf8')) - 1;
    await fresh();
    await make();
    await recover({ NODE_OPTIONS: `--import=${PRELOAD}`, KILL_AT_WRITE: `before ${move}` });
    expect(openJournals(lab).map(phaseOf)).toEqual([phase]);
    expect(closed()).toEqual([]);
  }

  it('and whose process was killed before the journal was moved, is closed as that by mha_recover', async () => {
    await killedBeforeTheMove();
    await done(recover());
    expect(openJournals(lab)).toEqual([]);
    expect(closed()).toEqual([phase]);
    expect(await wrongAtTheEnd(lab, wanted(master))).toEqual([]);
  });

  it('and whose process was killed before the journal was moved, is closed as that by the next stop', async () => {
    await killedBeforeTheMove();
    await done(hook('stop', master, next));
    expect(closed()).toEqual([phase]);
    expect(openJournals(lab).map(phaseOf)).toEqual(['stopped']);
    await done(recover());
    expect(closed().sort()).toEqual([phase, 'undone'].sort());
    expect(await wrongAtTheEnd(lab, wanted(master))).toEqual([]);
  });
});
