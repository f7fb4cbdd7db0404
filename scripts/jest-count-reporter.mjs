// A Jest reporter that leaves the counts of a workspace's run, and what failed in it, beside its package.json: turbo
// keeps the file with the result, so that a run it need not repeat still counts.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

export default class CountReporter {
  onRunComplete(_contexts, results) {
    const report = {
      passed: results.numPassedTests,
      // A file that cannot even be loaded has no tests to fail.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      failures: results.testResults.flatMap(failuresOf),
    };
    writeFileSync('test-report.json', JSON.stringify(report));
  }
}

/** Each failure of a file as `{ name, reason }`, without colours. */
function failuresOf({ testFilePath, testExecError, testResults }) {
  const file = relative(process.cwd(), testFilePath);
  const tests = testResults
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages }) => ({
      name: `${file}: ${fullName}`,
      reason: stripVTControlCharacters(failureMessages.join('\n')),
    }));
  if (testExecError === undefined || testExecError === null) return tests;
  return [...tests, { name: file, reason: stripVTControlCharacters(String(testExecError.message)) }];
}
