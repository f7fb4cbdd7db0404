import { describe, expect, it } from '@jest/globals';
import { despiteDeadlock } from './despite-deadlock.ts';

const deadlock = Object.assign(new Error('deadlock detected'), { code: '40P01' });

/** A transaction that fails in these ways, one after the other, and then succeeds. */
function transaction(...failures: Error[]) {
  let runs = 0;
  return {
    runs: () => runs,
    run: async () => {
      const failure = failures[runs];
      runs += 1;
      if (failure) throw failure;
      return 'done';
    },
  };
}

describe('despiteDeadlock', () => {
  it.each([0, 1, 2])('succeeds after %i deadlocks', async (count) => {
    const { run, runs } = transaction(...Array.from({ length: count }, () => deadlock));
    expect(await despiteDeadlock(run)).toBe('done');
    expect(runs()).toBe(count + 1);
  });

  it('gives up after the third', async () => {
    const { run, runs } = transaction(deadlock, deadlock, deadlock);
    await expect(despiteDeadlock(run)).rejects.toBe(deadlock);
    expect(runs()).toBe(3);
  });

  it('does not repeat what failed for another reason', async () => {
    const { run, runs } = transaction(new Error('unique violation'));
    await expect(despiteDeadlock(run)).rejects.toThrow('unique violation');
    expect(runs()).toBe(1);
  });
});
