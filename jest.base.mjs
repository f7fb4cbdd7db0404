/** One Jest setting for every workspace: TypeScript as ES modules through swc, nothing mocked, nothing global. */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!@carethread)'],
  testMatch: ['**/src/**/*.test.ts', '**/test/**/*.test.ts'],
  injectGlobals: false,
  // What is tested is not how quick a machine is; this only ends what hangs.
  testTimeout: 120_000,
};
