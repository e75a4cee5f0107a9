import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startProgram } from '../../../src/adapters/programs/masterha.ts';
import { type MasterhaRun, runMasterha } from '../../../src/mha/runMasterha.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-masterha-'));
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const silent = { debug() {}, info() {}, warning() {}, error() {} };

/** With a shell script in the place of masterha_master_switch; `interrupt` is what a signal calls. */
function masterha(script: string, more: Partial<MasterhaRun> = {}) {
  writeFileSync(join(folder, 'masterha_master_switch'), `#!/bin/sh\ncd ${folder}\n${script}\n`, { mode: 0o755 });
  let interrupt = (_signal: string) => {};
  const run = runMasterha({
    args: [],
    env: { PATH: `${folder}:${process.env.PATH}` },
    print: () => {},
    log: silent,
    onInterrupt: (listener) => {
      interrupt = listener;
    },
    signal: new AbortController().signal,
    ...more,
  });
  return { run, interrupt: () => interrupt('SIGTERM') };
}

const CATCHING = 'trap "echo INT >>got; exit 130" INT; trap "echo TERM >>got; exit 143" TERM';
const began = () => existsSync(join(folder, 'began'));

describe('an interrupt', () => {
  it('that came before: MHA is not started', async () => {
    const { run } = masterha('touch began', { signal: AbortSignal.abort(new Error('interrupted by SIGTERM')) });
    await expect(run).rejects.toThrow('interrupted by SIGTERM');
    expect(began()).toBe(false);
  });

  it('while MHA is being started: it is ended at once', async () => {
    const { run } = masterha('sleep 60; touch began', { onInterrupt: (listener) => listener('SIGTERM') });
    expect(await run).toMatchObject({ interrupted: true, startSeen: false });
    expect(began()).toBe(false);
  });

  it('once start was seen: the first one is only a warning', async () => {
    const announcement = 'Executing master IP activate script';
    let interrupts = 0;
    const made = masterha(`${CATCHING}\necho "${announcement}"\nsleep 1`, {
      print: () => {
        interrupts += 1;
        made.interrupt();
      },
    });
    expect(await made.run).toMatchObject({ exitCode: 0, interrupted: true, startSeen: true });
    expect(interrupts).toBe(1);
    expect(existsSync(join(folder, 'got'))).toBe(false);
  });

  it('kills nothing any more when MHA has ended', async () => {
    const kill = vi.spyOn(process, 'kill');
    const { run } = masterha('sleep 60', { onInterrupt: (listener) => listener('SIGTERM'), patienceMs: 50 });
    await run;
    const sent = kill.mock.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(kill.mock.calls.length).toBe(sent);
  });

  it('does not wait for ever for what MHA left running', async () => {
    const script = '(trap "" INT; exec sleep 5) & exec sleep 60';
    const { run } = masterha(script, {
      onInterrupt: (listener) => setTimeout(() => listener('SIGTERM'), 300),
      patienceMs: 100,
    });
    expect((await run).interrupted).toBe(true);
  });
});

it('sees start in the last lines that MHA wrote to its log', async () => {
  const log = join(folder, 'manager.log');
  const { run } = masterha('printf "Executing master IP activate script" >>manager.log', { followLog: log });
  expect((await run).startSeen).toBe(true);
  expect(readFileSync(log, 'utf8')).not.toBe('');
});

it('sends no signal to the group of a program that has ended', async () => {
  const program = await startProgram('sh', ['-c', 'exit 3'], process.env, () => {});
  expect(await program.ended).toBe(3);
  const kill = vi.spyOn(process, 'kill');
  expect(program.kill('SIGKILL')).toBe(false);
  expect(kill).not.toHaveBeenCalled();
});
