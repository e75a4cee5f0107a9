import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { runOk } from '../../tools/lab/run.ts';

const script = fileURLToPath(new URL('../../setup/count.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mha-count-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});
const report = (passed: number, failed: number, ...files: object[]) =>
  JSON.stringify({ numPassedTests: passed, numFailedTests: failed, testResults: files });

async function counted(failedSteps: number, ...runs: [text: string, code: number][]): Promise<string> {
  const args = runs.flatMap(([text, code], index) => {
    const path = join(folder, `report${index}.json`);
    writeFileSync(path, text);
    return [path, String(code)];
  });
  return (await runOk('node', [script, String(failedSteps), ...args])).stdout;
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
    expect(await counted(steps, [text, code])).toBe(`${line}\n`);
  });

  it('counts all runs, each with its own exit code', async () => {
    const passed = report(3, 0, file('passed', 'passed'));
    const failed = report(3, 2, file('failed', 'failed', 'failed'));
    expect(await counted(0, [passed, 0], [passed, 0])).toBe('6 passed, 0 failed\n');
    expect(await counted(1, [passed, 0], [failed, 1])).toBe('6 passed, 3 failed\n');
    expect(await counted(0, [failed, 1], [passed, 124])).toBe('6 passed, 3 failed\n');
    expect(await counted(0, [passed, 0], ['', 124])).toBe('3 passed, 1 failed\n');
  });
});
