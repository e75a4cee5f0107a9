import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { markOf, thisProcess } from '../../../../src/adapters/machine.ts';
import { ConfigError, Refused } from '../../../../src/base/errors.ts';
import { atWorkOn, Claim, isAmongHolders } from '../../../../src/capabilities/journal/claim.ts';
import { buildClaimant, type Claimant, claimant } from '../../../support/process/claimants.ts';
import { run } from '../../../tools/lab/run.ts';

let built: string;
let program: string;
let folder: string;
let journal: string;
const started: Claimant[] = [];

beforeAll(async () => {
  built = mkdtempSync(join(tmpdir(), 'mha-claimant-'));
  program = await buildClaimant(built);
});

afterAll(() => rmSync(built, { recursive: true, force: true }));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mha-claim-'));
  journal = join(folder, 'db1_3306.json');
});

afterEach(async () => {
  vi.useRealTimers();
  for (const one of started.splice(0)) await one.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const path = () => `${journal}.claim`;
const content = () => JSON.parse(readFileSync(path(), 'utf8'));
const write = (text: unknown) => writeFileSync(path(), typeof text === 'string' ? text : JSON.stringify(text));
const take = (deadHosts: string[] = []) => Claim.take(journal, 'test', deadHosts);
const inAMinute = () => new Date(Date.now() + 60_000).toISOString();
const aMinuteAgo = () => new Date(Date.now() - 60_000).toISOString();

function begin(what: string, options = {}): Claimant {
  const one = claimant(program, journal, what, options);
  started.push(one);
  return one;
}

async function held(what = 'hold'): Promise<Claimant> {
  const one = begin(what);
  await one.printed('taken');
  return one;
}

/** The claim of a process that has ended. */
async function left(): Promise<void> {
  await (await held()).end('SIGKILL');
}

describe('a claim', () => {
  it('is held until it is released, and leaves nothing', () => {
    const claim = take();
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(content()).toMatchObject({ by: 'test', holders: [{ pid: process.pid }] });
    expect(isAmongHolders(journal)).toBe(true);
    claim.release();
    expect(readdirSync(folder)).toEqual([]);
    expect(isAmongHolders(journal)).toBe(false);
  });

  it('of a living process is refused, with its name, pid and host', async () => {
    const { pid } = await held();
    const words = `hold is at work on this switch: process ${pid} on ${hostname()}`;
    expect(() => take()).toThrow(Refused);
    expect(() => take()).toThrow(`${words}; wait until it has ended`);
    expect(() => take([])).toThrow(words);
    expect(atWorkOn(journal)).toBe(words);
    expect(isAmongHolders(journal)).toBe(false);
    expect(content().holders[0].pid).toBe(pid);
  });

  it('is free once its holder has released it', async () => {
    await (await held()).end();
    expect(atWorkOn(journal)).toBeUndefined();
    take().release();
  });

  it('of a process that was killed is free', async () => {
    await left();
    expect(existsSync(path())).toBe(true);
    expect(atWorkOn(journal)).toBeUndefined();
    take().release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a process that waits for this one is no obstacle, nor is its own', async () => {
    const outer = take();
    const inner = begin('hold');
    await inner.printed('taken');
    expect(content().holders[0].pid).toBe(inner.pid);
    outer.release();
    expect(content().holders[0].pid).toBe(inner.pid);
    await inner.end();
    const first = take();
    const second = take();
    second.release();
    expect(existsSync(path())).toBe(true);
    first.release();
    expect(existsSync(path())).toBe(false);
  });

  it('that is handed over is MHA’s, until MHA ends', async () => {
    const mha = await held('run a hook');
    expect(atWorkOn(journal)).toBe(`MHA is at work on this switch: process ${mha.pid} on ${hostname()}`);
    expect(() => take()).toThrow(Refused);
    await mha.end();
    take().release();
  });

  it('that cannot be written says that nothing was changed', () => {
    writeFileSync(join(folder, 'file'), '');
    const below = () => Claim.take(join(folder, 'file', 'db1.json'), 'test');
    expect(below).toThrow(ConfigError);
    expect(below).toThrow(/cannot write .*db1\.json\.claim.*Nothing was changed/);
  });
});

describe('a holder that runs on this very host', () => {
  it('is at work although the host is said to be dead', async () => {
    const { pid } = await held();
    const words = `hold is at work on this switch: process ${pid} on ${hostname()}`;
    expect(atWorkOn(journal, [hostname()])).toBe(words);
    expect(() => take([hostname()])).toThrow(`${words}; wait until it has ended`);
    expect(content().holders[0].pid).toBe(pid);
  });

  it('is named although the disk is full and no claim can be written', async () => {
    const { pid } = await held();
    const words = `refused: hold is at work on this switch: process ${pid} on ${hostname()}`;
    expect(await holdOnFullDisk()).toContain(words);
  });

  it('is not named once it has ended: then the full disk is what is wrong', async () => {
    await left();
    const output = await holdOnFullDisk();
    expect(output).toMatch(/refused: cannot write .*db1_3306\.json\.claim: .*Nothing was changed/);
    expect(output).not.toContain('at work');
    expect(readdirSync(folder)).toEqual(['db1_3306.json.claim']);
  });

  /** A process that may write nothing to a file, as on a full disk, tries to take the claim. */
  async function holdOnFullDisk(): Promise<string> {
    const line = `trap '' XFSZ; ulimit -f 0; exec "$0" "$@"`;
    const { stdout, stderr } = await run('sh', ['-c', line, process.execPath, program, journal, 'hold']);
    return stdout + stderr;
  }
});

describe('a holder that cannot be seen', () => {
  const elsewhere = () => ({ ...thisProcess(), host: 'other-manager' });
  const contained = () => ({ ...thisProcess(), pids: 'pid:[1]' });
  const claimOf = (mark: object, until: string) => write({ id: 'x', by: 'stop', holders: [mark], until });

  it.each([
    ['on another host', elsewhere, 'other-manager'],
    ['in another container', contained, hostname()],
  ])('%s counts until its term is over', (_, mark, host) => {
    claimOf(mark(), inAMinute());
    expect(() => take()).toThrow(new RegExp(`perhaps process ${process.pid} on ${host}.*--host_is_dead=${host}`));
    claimOf(mark(), aMinuteAgo());
    take().release();
  });

  it('is gone with its host, by the word of who takes the claim', () => {
    claimOf(elsewhere(), inAMinute());
    expect(atWorkOn(journal, ['other-manager'])).toBeUndefined();
    expect(() => take(['third-manager'])).toThrow(Refused);
    take(['other-manager']).release();
  });

  it('puts the end of its term off while it runs', () => {
    vi.useFakeTimers();
    const claim = take();
    const first = Date.parse(content().until);
    vi.advanceTimersByTime(120_000);
    expect(Date.parse(content().until)).toBeGreaterThan(Date.now() + 40_000);
    expect(Date.parse(content().until)).toBeGreaterThan(first);
    claim.release();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a claim that was taken over meanwhile', () => {
  const other = { id: 'other', by: 'start', holders: [thisProcess()], until: '2999-01-01T00:00:00.000Z' };

  it.each(['release', 'handOver'] as const)('stays as it is: %s', (end) => {
    const claim = take();
    write(other);
    claim[end]();
    expect(content()).toEqual(other);
  });

  it('is not renewed', () => {
    vi.useFakeTimers();
    const claim = take();
    write(other);
    vi.advanceTimersByTime(120_000);
    expect(content()).toEqual(other);
    claim.release();
    expect(content()).toEqual(other);
  });
});

describe('a claim that this version did not write', () => {
  it('names one process and has no id: free if that has ended, refused while it runs', async () => {
    const one = await held();
    write(content().holders[0]);
    expect(() => take()).toThrow(`process ${one.pid} on ${hostname()}`);
    await one.end('SIGKILL');
    take().release();
  });

  it.each(['', 'garbage', '{"holders":', 'null', '[]', '7'])('reads %j: it is nobody’s', (text) => {
    write(text);
    expect(atWorkOn(journal)).toBeUndefined();
    take().release();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('many processes that take it at once', () => {
  it('have it one after another, however often one ends without releasing it', async () => {
    const many = Array.from({ length: 20 }, () => begin('compete'));
    await Promise.all(many.map((one) => one.ended));
    expect(existsSync(`${journal}.wrong`) && readFileSync(`${journal}.wrong`, 'utf8')).toBe(false);
    const done = readFileSync(`${journal}.done`, 'utf8').trim().split('\n');
    expect(done.length).toBe(60);
    expect(atWorkOn(journal)).toBeUndefined();
  });

  /** At each change that the slow one is about to make, from one of them on, another process comes and tries. */
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])(
    'never two, if one stands still before each change, from the %i. on',
    async (from) => {
      await left();
      const slow = begin('hold', { halting: true });
      const others: Claimant[] = [];
      for (let change = 1; await slow.halted(change); change += 1) {
        if (change >= from) others.push(begin('hold'));
        await others.at(-1)?.printed('\n');
        process.kill(slow.pid, 'SIGCONT');
      }
      const all = [slow, ...others].map((one) => one.output());
      expect(
        all.filter((output) => output.includes('taken')),
        all.join(''),
      ).toHaveLength(1);
    },
  );
});

describe('a claim with a guardian', () => {
  /** A living process that could be a guardian, the process of a claim of something else. */
  async function other() {
    const one = claimant(program, join(folder, 'another.json'), 'hold');
    started.push(one);
    await one.printed('taken');
    return { process: markOf(one.pid), mha: thisProcess() };
  }

  const dead = () => ({ ...thisProcess(), started: '1' });

  it('may be taken by a hook of the MHA that is watched, and the guardian stays beside it', async () => {
    const guardian = await other();
    // A script of the user's that called `stop`, and has ended.
    write({ id: 'a', by: 'MHA', holders: [dead()], guardian, until: inAMinute() });
    const hook = await held();
    expect(content()).toMatchObject({ holders: [{ pid: hook.pid }], guardian });
    await hook.end('SIGKILL');
    const next = await held('hand over');
    await next.ended;
    expect(content()).toMatchObject({ by: 'MHA', guardian });
  });

  it('is refused to everybody else while the guardian runs, although MHA is dead', async () => {
    const guardian = { ...(await other()), mha: dead() };
    write({ id: 'a', by: 'MHA', holders: [dead()], guardian, until: inAMinute() });
    expect(take).toThrow(/its guardian is at work on this switch: process \d+ on .*; wait until it has ended/);
    const late = begin('hold');
    await late.printed('refused: ');
  });

  it('is refused to everybody else while MHA runs, although the guardian is dead', async () => {
    const { process } = await other();
    write({ id: 'a', by: 'MHA', holders: [dead()], guardian: { process: dead(), mha: process }, until: inAMinute() });
    expect(take).toThrow(`MHA is at work on this switch: process ${process.pid}`);
  });

  it('is the guardian’s own once MHA is dead, and from then on a late hook is refused', async () => {
    const guardian = { process: thisProcess(), mha: dead() };
    write({ id: 'a', by: 'MHA', holders: [dead()], guardian, until: inAMinute() });
    expect(isAmongHolders(journal)).toBe(true);
    const claim = take();
    expect(content()).toMatchObject({ by: 'test', holders: [{ pid: process.pid }] });
    expect(content().guardian).toBe(undefined);
    await claim.release();
  });

  it('is free once both are dead', () => {
    write({ id: 'a', by: 'MHA', holders: [dead()], guardian: { process: dead(), mha: dead() }, until: inAMinute() });
    take().release();
    expect(readdirSync(folder)).toEqual([]);
  });
});
