import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { configuredReadOnly, optionQuestion } from '../../../src/procedures/check/mha/hosts/optionFiles.ts';
import { run } from '../../tools/lab/run.ts';
import { until } from '../../tools/lab/wait.ts';

const folder = mkdtempSync(join(tmpdir(), 'option-files-'));
const processes: ChildProcess[] = [];

afterEach(() => {
  for (const one of processes.splice(0)) one.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** A process that looks like a server's, with these options. */
async function serverProcess(...options: string[]): Promise<void> {
  const program = join(folder, 'mariadbd');
  writeFileSync(program, '#!/bin/sh\nwhile :; do sleep 1; done\n', { mode: 0o755 });
  const child = spawn(program, options, { stdio: 'ignore' });
  processes.push(child);
  await until('the process', 10_000, async () =>
    (await run('/bin/cat', [`/proc/${child.pid}/comm`])).stdout.startsWith('mariadbd'),
  );
}

it('reads what a server’s process and its option files say, with my_print_defaults', async () => {
  const file = join(folder, 'my.cnf');
  writeFileSync(file, '[client]\npassword=zpw-client\n[mariadb-10.11]\nread_only=1\n[mysqld]\ndatadir=/data/one\n');
  await serverProcess(`--defaults-file=${file}`, '--port=3307');
  await serverProcess('--no-defaults', '--datadir=/data/two', '--skip-read-only');
  const script = `say() { printf '%s\\n' "$*"; }\n${optionQuestion(['10.11.19-MariaDB'])}`;
  const { stdout, stderr, code } = await run('/bin/sh', ['-c', script]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).not.toContain('zpw-client');
  const looks = [{ answers: stdout.trim().split('\n') }];
  const of = (datadir: string) => configuredReadOnly(looks, { instance: `host|${datadir}/|3307|/sock|1` });
  expect([of('/data/one'), of('/data/two'), of('/data/three')], stdout).toEqual([true, false, undefined]);
});
