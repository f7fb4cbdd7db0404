/**
 * The property of unread-property.test.ts over many more steps (100,000 unless given), with what it found at the end:
 * `node ../../packages/local-stack/src/with-stack.ts -- node test/unread-soak.ts [steps] [seed]`
 */
import fc from 'fast-check';
import { startMessaging } from './messaging.ts';
import { disagreements, emptyAgain, groupsOfSteps, take, threeThreads } from './unread-steps.ts';

const [wanted = 100_000, seed = Date.now()] = process.argv.slice(2).map(Number);
const messaging = await startMessaging();
const startedAt = performance.now();
let done = 0;
let checks = 0;
try {
  for (let play = 0; done < wanted; play += 1) {
    await messaging.sql(emptyAgain);
    const world = await threeThreads(messaging);
    for (const group of fc.sample(groupsOfSteps(80), { seed: seed + play, numRuns: 1 }).flat()) {
      await Promise.all(group.map((step) => take(messaging.service.database, world, step)));
      done += group.length;
      checks += 1;
      const wrong = await disagreements(messaging);
      if (wrong.length > 0) throw new Error(`seed ${seed + play}, step ${done}: ${JSON.stringify(wrong)}`);
    }
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`${done} steps, ${checks} checks, difference 0 at each; ${seconds} s, seed ${seed}`);
} finally {
  await messaging.close();
}
