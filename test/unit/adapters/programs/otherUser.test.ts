import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { expect, it } from 'vitest';

const programs = fileURLToPath(new URL('../../../../src/adapters/programs/', import.meta.url));

/** What that resolves with, of a process that may not end what it has started: it gives up its own rights then. */
async function withoutRights(file: string, started: string): Promise<string> {
  const bundle = await rolldown({ input: `${programs}${file}`, platform: 'node' });
  const { output } = await bundle.generate({ format: 'esm' });
  await bundle.close();
  const rest = `const running = ${started}; process.setuid(65534); console.log(JSON.stringify(await running));`;
  const args = ['--input-type=module', '-e', `${output[0].code}\n${rest}`];
  return (await promisify(execFile)(process.execPath, args, { timeout: 10_000 })).stdout;
}

const isRoot = process.getuid?.() === 0;
const shared = 'env: process.env, limitMs: 300';

it.runIf(isRoot)('a program of another user that takes too long is left, and that is said', async () => {
  expect(await withoutRights('child.ts', `runProgram('sleep', ['11.25'], { ${shared} })`)).toContain(
    'it had not ended after 0.3 s, and could not be ended (EPERM)',
  );
});

it.runIf(isRoot)('so is one that is talked to', async () => {
  const started = `converse('sleep', ['11.25'], { ${shared}, first: '', onLine: () => undefined })`;
  expect(await withoutRights('conversation.ts', started)).toContain(
    'no answer within 0.3 s, and could not be ended (EPERM)',
  );
});
