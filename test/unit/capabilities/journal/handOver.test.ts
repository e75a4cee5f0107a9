import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { markOf, thisProcess, WRAPPER, wrapperMark } from '../../../../src/adapters/machine.ts';
import { buildClaimant, type Claimant, claimant } from '../../../support/process/claimants.ts';
import { until } from '../../../tools/lab/wait.ts';

let folder: string;
let journal: string;
let program: string;
const started: Claimant[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mha-claim-'));
  journal = join(folder, 'db1_3306.json');
  program = await buildClaimant(folder);
  // This process is the wrapper above MHA, which a claimant is.
  process.env[WRAPPER] = wrapperMark();
});

afterEach(async () => {
  delete process.env[WRAPPER];
  for (const one of started.splice(0)) await one.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const content = () => JSON.parse(readFileSync(`${journal}.claim`, 'utf8'));
const holders = () => content().holders.map(({ pid }: { pid: number }) => pid);

async function begin(what: string, place = journal): Promise<Claimant> {
  const one = claimant(program, place, what);
  started.push(one);
  await one.printed('taken');
  return one;
}

it('goes to MHA and to the wrapper above it', async () => {
  const mha = await begin('run a hook');
  expect(holders()).toEqual([mha.pid, process.pid]);
});

it('goes to MHA alone if the guardian is a process of its own: the two would wait for each other', async () => {
  const guardian = { process: markOf((await begin('hold', join(folder, 'another.json'))).pid), mha: thisProcess() };
  const until = new Date(Date.now() + 60_000).toISOString();
  const left = { id: 'a', by: 'MHA', holders: [{ ...thisProcess(), started: '1' }], guardian, until };
  writeFileSync(`${journal}.claim`, JSON.stringify(left));
  const mha = await begin('run a hook');
  expect(content()).toMatchObject({ holders: [{ pid: mha.pid }], guardian });
  expect(holders()).toEqual([mha.pid]);
});

it('names who ran the hook when it began, although another process has adopted it since', async () => {
  const mha = await begin('run a slow hook');
  process.kill(mha.pid, 'SIGKILL');
  await until('MHA dead', 10_000, () => markOf(mha.pid).started === '');
  writeFileSync(`${journal}.go`, '');
  await until('the hand-over', 10_000, () => content().by === 'MHA');
  expect(holders()).toEqual([mha.pid, process.pid]);
});
