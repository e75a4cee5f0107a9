import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FEW } from '../support/byHand.ts';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { openServers, recover, type Wanted, wantedOf, wrongAtTheEnd } from '../support/state/judge.ts';
import { useLab } from '../support/useLab.ts';
import { SQL } from '../tools/lab/kind.ts';
import { changeTo } from '../tools/lab/replication.ts';

const [A, B, C] = [0, 1, 2];

const lab = useLab({
  ssh: false,
  settings: { connect_timeout: 1, statement_timeout: 3, kill_after_timeout: 0.5, undo_timeout: 6 },
  stock: FEW,
  eachTest: true,
});
let wanted: (master: number) => Wanted;
/** Servers that are stopped with SIGSTOP: they accept connections and never answer. */
const silent = new Set<number>();

beforeEach(async () => {
  const before = await wantedOf(lab);
  wanted = (master) => ({ ...before, master, name: name(master) });
});

afterEach(() => speakAgain());

const name = (index: number) => `${lab.server(index).host}:${lab.server(index).port}`;

async function hook(command: string): Promise<void> {
  const args = onlineArguments(lab, command, lab.server(A), lab.server(B));
  const result = await runCommand('master_ip_online_change', args);
  expect(result.code, result.stdout + result.stderr).toBe(0);
}

const stopped = () => hook('stop');
const started = async () => {
  await hook('stop');
  await hook('start');
};
const open = (index: number, value = 0) => lab.server(index).admin(`SET GLOBAL read_only = ${value}`);
const kill = (index: number) => lab.server(index).kill9();
const back = (index: number) => lab.server(index).start();
/** With read_only in its configuration, as `mha_check` asks for. */
const backClosed = async () => {
  await back(C);
  await open(C, 1);
};
function silence(index: number): void {
  process.kill(pidOf(index), 'SIGSTOP');
  silent.add(index);
}
function speakAgain(): void {
  for (const index of silent) process.kill(pidOf(index), 'SIGCONT');
  silent.clear();
}
function pidOf(index: number): number {
  const { pid } = lab.server(index);
  if (pid === undefined) throw new Error(`server ${index} is down`);
  return pid;
}

/** A way out of a state, and who is the master then. */
interface Way {
  /** What `mha_recover` is given. */
  readonly words?: () => string[];
  /** What is done first. */
  readonly besides?: () => Promise<unknown>;
  readonly master: number;
}

/** A state in which `mha_recover` alone touches nothing, and the ways out of it. */
interface Row {
  readonly state: () => Promise<unknown>;
  readonly ways: readonly Way[];
  /** False if `mha_recover` alone may be able to end it. */
  readonly kept?: false;
}

const is = (master: number) => `--master_is=${name(master)}`;
const isDown = (index: number) => `--is_down=${name(index)}`;

const ROWS: Record<string, Row> = {
  'the original master dies after stop': {
    state: async () => {
      await stopped();
      await kill(A);
    },
    ways: [
      { besides: () => back(A), master: A },
      { words: () => [isDown(A), is(B)], master: B },
    ],
  },
  'the original master dies after start': {
    state: async () => {
      await started();
      await kill(A);
    },
    ways: [{ words: () => [isDown(A)], master: B }],
  },
  'both masters take writes': {
    state: async () => {
      await started();
      await open(A);
    },
    ways: [
      { words: () => [is(B)], master: B },
      { words: () => [is(A)], master: A },
    ],
  },
  'the new master and a third server take writes': {
    state: async () => {
      await started();
      await lab.server(C).adminAll([SQL.stop, SQL.forget]);
      await open(C);
    },
    ways: [
      { words: () => [is(B)], master: B },
      { words: () => [is(C)], master: C },
    ],
  },
  'the new master was opened and takes no writes any more': {
    state: async () => {
      await started();
      await open(B, 1);
    },
    ways: [
      { words: () => [is(B)], master: B },
      { words: () => [is(A)], master: A },
    ],
  },
  'the opened new master dies': {
    state: async () => {
      await started();
      await kill(B);
    },
    ways: [
      { besides: () => back(B), master: B },
      { words: () => [isDown(B), is(A)], master: A },
    ],
  },
  'the original master replicates from the new one, and none is open': {
    state: async () => {
      await stopped();
      await lab.server(A).adminAll([await changeTo(lab.server(B), lab.repl), SQL.start]);
    },
    ways: [{ words: () => [is(B)], master: B }],
  },
  'the new master dies after stop': {
    state: async () => {
      await stopped();
      await kill(B);
    },
    kept: false,
    ways: [{ words: () => [isDown(B)], master: A }],
  },
  'the new master cannot be asked after stop': {
    state: async () => {
      await stopped();
      silence(B);
    },
    ways: [{ words: () => [isDown(B)], master: A }],
  },
  'a replica cannot be asked after stop': {
    state: async () => {
      await stopped();
      silence(C);
    },
    ways: [{ words: () => [isDown(C)], master: A }],
  },
  'a replica dies after stop': {
    state: async () => {
      await stopped();
      await kill(C);
    },
    ways: [
      { words: () => [isDown(C)], master: A },
      { besides: backClosed, master: A },
    ],
  },
  'a replica dies after start': {
    kept: false,
    state: async () => {
      await started();
      await kill(C);
    },
    ways: [{ words: () => [isDown(C)], master: B }],
  },
};

describe.each(Object.entries(ROWS))('%s', (_, { state, ways, kept = true }) => {
  it.each(ways.map((way, index) => [index + 1, way] as const))('way out %i', async (_number, way) => {
    await state();
    const words = way.words?.() ?? [];
    await (kept ? expectKept(words) : recover(lab));
    await way.besides?.();
    const last = await recover(lab, ...words);
    speakAgain();
    const output = last.stdout + last.stderr;
    expect(await wrongAtTheEnd(lab, wanted(way.master)), output).toEqual([]);
    expect(last.code, output).toBe(0);
  });
});

/** `mha_recover` alone opens and closes nothing, keeps the journal, and names what the way out needs. */
async function expectKept(words: readonly string[]): Promise<void> {
  const before = await openServers(lab, silent);
  const { code, stdout, stderr } = await recover(lab);
  expect(code, stdout + stderr).toBe(1);
  expect(await openServers(lab, silent), stdout + stderr).toEqual(before);
  for (const word of words) expect(stdout + stderr).toContain(word.replace(/=.*/, '='));
}

describe('the word of the operator is not taken', () => {
  const expectRefused = async (...words: string[]) => {
    const before = await openServers(lab);
    const refused = await recover(lab, ...words);
    const output = refused.stdout + refused.stderr;
    expect(refused.code, output).toBeGreaterThan(0);
    expect(output).toContain(words[0]?.replace(/^.*=/, ''));
    expect(await openServers(lab), output).toEqual(before);
  };

  it('if that server cannot be asked: nothing is closed', async () => {
    await started();
    await open(A);
    await kill(B);
    await expectRefused(is(B));
  });

  it('if the configuration has no such server', async () => {
    await stopped();
    await expectRefused('--master_is=192.0.2.7:3306');
    await expectRefused('--is_down=192.0.2.7:3306');
  });

  it('if the server that is said to be down answers: there is still one writer', async () => {
    await started();
    const { code, stdout, stderr } = await recover(lab, isDown(B), is(A));
    expect([0, 1], stdout + stderr).toContain(code);
    expect(await openServers(lab), stdout + stderr).toEqual([code === 0 ? A : B]);
  });
});
