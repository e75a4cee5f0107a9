/**
 * node test/setup/count.mjs FAILED REPORT CODE [REPORT CODE]...: prints `N passed, N failed` over vitest's JSON reports.
 * A file that fails outside its tests counts as a failure, and so do the FAILED steps before, a missing report, and an
 * exit CODE other than 0 that nothing in its report explains.
 */
import { readFileSync } from 'node:fs';

const [before = '0', ...runs] = process.argv.slice(2);
let [passed, failed] = [0, Number(before)];
for (let at = 0; at < runs.length; at += 2) {
  const counts = countsOf(runs[at], runs[at + 1] ?? '1');
  passed += counts.passed;
  failed += counts.failed;
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);

function countsOf(path, code) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { passed: 0, failed: 1 };
  }
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const failed = report.numFailedTests + broken.length;
  return { passed: report.numPassedTests, failed: failed === 0 && code !== '0' ? 1 : failed };
}
