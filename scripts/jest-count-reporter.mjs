// A Jest reporter that leaves the counts of a run in the folder CARETHREAD_TEST_REPORT, for the sum over all workspaces.
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export default class CountReporter {
  onRunComplete(_contexts, results) {
    const folder = process.env.CARETHREAD_TEST_REPORT;
    if (!folder) return;
    const counts = {
      passed: results.numPassedTests,
      // A file that cannot even be loaded has no tests to fail.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    };
    writeFileSync(join(folder, `${randomUUID()}.json`), JSON.stringify(counts));
  }
}
