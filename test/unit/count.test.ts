import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { runOk } from '../lab/run.ts';

const script = fileURLToPath(new URL('../setup/count.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mha-count-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});
const report = (passed: number, failed: number, ...files: object[]) =>
  JSON.stringify({ numPassedTests: passed, numFailedTests: failed, testResults: files });

async function counted(text: string, failedSteps: number, code: number): Promise<string> {
  const path = join(folder, 'report.json');
  writeFileSync(path, text);
  return (await runOk('node', [script, path, String(failedSteps), String(code)])).stdout;
}

describe('the last line of .ci/run', () => {
  it.each([
    ['all passed', report(3, 0, file('passed', 'passed')), 0, 0, '3 passed, 0 failed'],
    ['failed tests', report(3, 2, file('failed', 'failed', 'failed')), 0, 1, '3 passed, 2 failed'],
    ['a file that fails outside its tests', report(3, 0, file('failed', 'skipped')), 0, 1, '3 passed, 1 failed'],
    ['a failed step before', report(3, 0), 1, 0, '3 passed, 1 failed'],
    ['an exit code that nothing explains', report(3, 0), 0, 124, '3 passed, 1 failed'],
    ['no report', '', 0, 124, '0 passed, 1 failed'],
    ['no report, and failed steps', '', 2, 1, '0 passed, 3 failed'],
  ])('with %s', async (_, text, steps, code, line) => {
    expect(await counted(text, steps, code)).toBe(`${line}\n`);
  });
});
