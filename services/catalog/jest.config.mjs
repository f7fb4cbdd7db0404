import base from '../../jest.base.mjs';

// Copies with mistakes in them, while `npm run mutations` runs.
export default { ...base, testPathIgnorePatterns: ['/node_modules/', '<rootDir>/.mutants/'] };
