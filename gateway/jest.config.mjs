import base from '../jest.base.mjs';

// Whole gateways are composed and started: seconds by themselves, more beside everything else.
export default { ...base, testTimeout: 60_000 };
