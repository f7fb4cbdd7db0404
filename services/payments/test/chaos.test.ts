import { expect, it } from '@jest/globals';
import { chaos } from './chaos.ts';

it('thirty payments, a provider that misbehaves and processes that die: charged once or not at all', async () => {
  const { kills, statuses, wrong, exceptions, stuck } = await chaos({
    payments: 30,
    killEvery: 6,
    say: () => {},
  });
  expect({ wrong, exceptions, stuck }).toEqual({ wrong: [], exceptions: [], stuck: [] });
  expect(kills).toBe(5);
  expect(Object.values(statuses).reduce((sum, count) => sum + count, 0)).toBe(30);
}, 600_000);
