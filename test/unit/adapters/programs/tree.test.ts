import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { isRunning, markOf } from '../../../../src/adapters/machine.ts';
import { endTree, processesBelow } from '../../../../src/adapters/programs/tree.ts';
import { until } from '../../../tools/lab/wait.ts';

const QUICK = [
  ['SIGTERM', 300],
  ['SIGKILL', 5000],
] as const;

/** A shell with a child that has a child of its own. */
async function family(first: string, last: string) {
  const child = spawn('sh', ['-c', `${first} sh -c '${last} sleep 71 & wait'; exit $?`], { stdio: 'ignore' });
  const pid = child.pid as number;
  const sleeping = () => processesBelow(pid).find(({ args }) => args.join(' ') === 'sleep 71');
  const leaf = await until('the sleep', 10_000, () => sleeping());
  return { child, root: markOf(pid), leaf: markOf(leaf.pid) };
}

it('finds what a process has started, and what that has', async () => {
  const { root, leaf, child } = await family('', '');
  expect(processesBelow(root.pid).map(({ pid }) => pid)).toContain(leaf.pid);
  expect(await endTree(root, ['SIGINT', 50], QUICK)).toEqual([]);
  expect([isRunning(root), isRunning(leaf)]).toEqual([false, false]);
  expect(processesBelow(root.pid)).toEqual([]);
  child.kill();
});

it('ends with SIGKILL what ignores the other signals, and what lost its parent meanwhile', async () => {
  const { root, leaf } = await family('', 'trap "" INT TERM;');
  expect(await endTree(root, ['SIGINT', 50], QUICK)).toEqual([]);
  expect([isRunning(root), isRunning(leaf)]).toEqual([false, false]);
});

it('does not signal another process that has the pid of one that has ended', async () => {
  const { root, leaf } = await family('', '');
  expect(await endTree({ ...root, started: '1' }, ['SIGKILL', 50], QUICK)).toEqual([]);
  expect([isRunning(root), isRunning(leaf)]).toEqual([true, true]);
  await endTree(root, ['SIGKILL', 50], QUICK);
});
