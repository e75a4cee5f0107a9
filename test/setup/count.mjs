/**
 * node test/setup/count.mjs REPORT FAILED CODE: prints `N passed, N failed` from vitest's JSON report. A file that fails
 * outside its tests counts as a failure, and so do the FAILED steps before, a missing report, and an exit CODE other
 * than 0 that nothing in the report explains.
 */
import { readFileSync } from 'node:fs';

const [file = '', before = '0', code = '1'] = process.argv.slice(2);
const { passed, failed } = countsOf(file);
const unexplained = failed === 0 && code !== '0' ? 1 : 0;
process.stdout.write(`${passed} passed, ${failed + unexplained + Number(before)} failed\n`);

function countsOf(path) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { passed: 0, failed: 1 };
  }
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length };
}
