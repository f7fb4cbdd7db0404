// A Jest reporter that leaves the counts of a workspace's run beside its package.json: turbo keeps the file with the
// result, so that a run it need not repeat still counts.
import { writeFileSync } from 'node:fs';

export default class CountReporter {
  onRunComplete(_contexts, results) {
    const counts = {
      passed: results.numPassedTests,
      // A file that cannot even be loaded has no tests to fail.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    };
    writeFileSync('test-report.json', JSON.stringify(counts));
  }
}
