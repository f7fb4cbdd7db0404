/**
 * `npm test`: every check of the repository, then every test of every workspace against a real PostgreSQL and RabbitMQ.
 * All of it runs even after a failure, so that one run shows everything. Ends with one line: N passed, N failed.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const tool = (path: string) => join(root, 'node_modules', path);
const turbo = [tool('turbo/bin/turbo'), 'run'];
const sources = ['packages', 'services', 'gateway', 'system-tests', 'bench'];
const reports = () =>
  globSync('{packages,services}/*/test-report.json', { cwd: root }).concat(
    globSync('{gateway,system-tests}/test-report.json', { cwd: root }),
  );

interface Step {
  readonly heading: string;
  /** Arguments of Node. */
  readonly command: readonly string[];
}

/** What scripts/jest-count-reporter.mjs wrote for a workspace. */
interface Report {
  readonly workspace: string;
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly { readonly name: string; readonly reason: string }[];
}

// turbo skips what did not change, the sources of the workspaces it depends on included; see turbo.json.
const everywhere = ['--continue=always', '--env-mode=loose'];
const countReporter = join(import.meta.dirname, 'jest-count-reporter.mjs');
const reporters = ['--reporters=default', `--reporters=${countReporter}`];
// A test that failed may have left something open; the run says so and goes on to the next workspace.
const jestIn = (workspaces: readonly string[]) => [
  'packages/local-stack/src/with-stack.ts',
  '--',
  process.execPath,
  ...turbo,
  'test',
  ...everywhere,
  ...workspaces,
  '--',
  '--forceExit',
  ...reporters,
];

const steps: readonly Step[] = [
  { heading: 'lock file is complete for every platform', command: ['scripts/check-lock.ts'] },
  { heading: 'generated code', command: [...turbo, 'generate', '--output-logs=errors-only'] },
  {
    heading: 'format (prettier)',
    command: [tool('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.'],
  },
  { heading: 'lint (oxlint, type-aware)', command: [tool('oxlint/bin/oxlint'), '--type-aware', '.'] },
  {
    heading: 'boundaries (dependency-cruiser)',
    command: [
      tool('dependency-cruiser/bin/dependency-cruise.mjs'),
      '--config',
      '.dependency-cruiser.cjs',
      ...sources,
    ],
  },
  { heading: 'types', command: [...turbo, 'typecheck', ...everywhere, '--output-logs=errors-only'] },
  { heading: 'types of the scripts', command: [tool('typescript/bin/tsc'), '-p', 'scripts'] },
  // Tests mostly wait for servers, so two at a time take little more than half as long.
  {
    heading: 'tests of each package',
    command: jestIn(['--concurrency=2', '--filter=!@carethread/system-tests']),
  },
  { heading: 'system tests', command: jestIn(['--filter=@carethread/system-tests']) },
];

for (const report of reports()) rmSync(join(root, report));
const failedSteps = steps.filter((step) => !succeeds(step)).map(({ heading }) => heading);
const outcomes = reports().map(readReport);
const passed = sumOf((report) => report.passed);
const failed = sumOf((report) => report.failed);
// Said again at the end: by then the failure itself is thousands of lines above.
for (const { workspace, failures } of outcomes) {
  for (const { name, reason } of failures) console.log(`\n✗ ${workspace}/${name}\n${firstLines(reason)}`);
}
if (failedSteps.length > 0) console.log(`\nFailed: ${failedSteps.join('; ')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failedSteps.length > 0 || failed > 0 || passed === 0 ? 1 : 0;

function succeeds({ heading, command }: Step): boolean {
  console.log(`\n━━ ${heading}`);
  const startedAt = Date.now();
  const { status } = spawnSync(process.execPath, command, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
  });
  console.log(`${status === 0 ? '✓' : '✗'} ${heading} ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
  return status === 0;
}

function readReport(name: string): Report {
  const report = JSON.parse(readFileSync(join(root, name), 'utf8')) as Omit<Report, 'workspace'>;
  return { ...report, workspace: dirname(name) };
}

function sumOf(count: (report: Report) => number): number {
  return outcomes.reduce((sum, report) => sum + count(report), 0);
}

function firstLines(reason: string): string {
  return reason
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.includes('node_modules'))
    .slice(0, 12)
    .map((line) => `  ${line}`)
    .join('\n');
}
