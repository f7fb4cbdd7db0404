import base from '../../jest.base.mjs';

// Broken copies of this package that test/mutations.ts makes while it runs.
export default { ...base, testPathIgnorePatterns: ['/node_modules/', '<rootDir>/.mutants/'] };
