import { describe, expect, it } from '@jest/globals';
import { missingFromLock } from '../../../scripts/check-lock.ts';

const optional = (...names: string[]) => ({
  optionalDependencies: Object.fromEntries(names.map((name) => [name, '1.0.0'])),
});

describe('the check of the lock file', () => {
  it('accepts an optional dependency that has its entry, nested or at the top', () => {
    const packages = {
      'node_modules/turbo': optional('turbo-darwin', 'turbo-linux'),
      'node_modules/turbo/node_modules/turbo-darwin': {},
      'node_modules/turbo-linux': {},
    };
    expect(missingFromLock(packages)).toEqual([]);
  });

  it('names one that the registry lacked when the lock was written', () => {
    const packages = {
      'packages/bus/node_modules/turbo': optional('turbo-windows'),
      'node_modules/other/node_modules/turbo-windows': {},
    };
    expect(missingFromLock(packages)).toEqual(['turbo-windows, wanted by packages/bus/node_modules/turbo']);
  });
});
