import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Messaging, startMessaging } from './messaging.ts';
import { disagreements, emptyAgain, groupsOfSteps, type Step, take, threeThreads } from './unread-steps.ts';

let messaging: Messaging;
beforeAll(async () => void (messaging = await startMessaging()));
afterAll(() => messaging.close());

it('counters agree with the facts after every step, whatever several devices do at once (1,200 steps)', async () => {
  await fc.assert(
    fc.asyncProperty(groupsOfSteps(40), async (groups) => {
      await messaging.sql(emptyAgain);
      const world = await threeThreads(messaging);
      for (const group of groups) {
        await Promise.all(group.map((step) => take(messaging.service.database, world, step)));
        expect(await disagreements(messaging)).toEqual([]);
      }
    }),
    // 12 plays of 40 groups of 1 to 4 steps; `npm run soak:unread` takes 100,000.
    { numRuns: 12, endOnFailure: true },
  );
});

it('two pharmacies that change places in two threads at once do not wait for each other', async () => {
  const { database } = messaging.service;
  const world = await threeThreads(messaging);
  const inBoth = (step: (thread: number) => Step) =>
    Promise.all([0, 1].map((thread) => take(database, world, step(thread))));
  await inBoth((thread) => ({ do: 'send', who: 0, thread, message: 0 }));
  for (let round = 1; round <= 100; round += 1)
    await inBoth((thread) => ({ do: 'change pharmacy', thread, pharmacy: thread + round }));
  expect(await disagreements(messaging)).toEqual([]);
});
