import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pause } from '../src/pause.ts';
import { Arena, flawless } from './arena/arena.ts';

/** The moments in which a death is most dangerous, by the service that passes them. */
const failpoints = {
  requesting: ['afterCommitBeforeReply', 'midPublish', 'afterConfirmBeforeDelete', 'afterCommitBeforeAck'],
  answering: [
    'midPublish',
    'afterConfirmBeforeDelete',
    'midInboxTransaction',
    'afterCommitBeforeAck',
    'afterParkBeforeAck',
    'afterRetryClaim',
    'midTimer',
    'afterLeaseBeforeCall',
    'afterCallBeforeRecord',
  ],
} as const;
const enough = 10;
const patienceMs = 70_000;

describe('services that die at the worst moments', () => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await Arena.open(Number(process.env.SEED ?? 1));
  });
  afterAll(() => arena.close());

  it(`loses, doubles and disorders nothing through ${enough} deaths at each fail-point`, async () => {
    const hits = new Map<string, number>(
      [...failpoints.requesting, ...failpoints.answering].map((name) => [name, 0]),
    );
    for (const instance of arena.instances) {
      const own = instance.name.startsWith('A') ? failpoints.requesting : failpoints.answering;
      // The one with the fewest hits is next: every life of an instance ends at one moment.
      instance.failpoints = () => {
        const [rarest] = [...own].sort((one, other) => hits.get(one)! - hits.get(other)!);
        if (hits.get(rarest!)! >= enough) return '';
        return `${rarest}=#${1 + Math.floor(arena.random() * 3)}`;
      };
      instance.onFailpoint = (name) => hits.set(name, hits.get(name)! + 1);
      instance.start();
    }
    // Some aggregates fail throughout, so that parking and retrying are passed, too.
    await arena.poolB.query(`INSERT INTO poison VALUES ('failure')`);
    const loading = arena.load.run(60);
    const deadline = performance.now() + patienceMs;
    while ([...hits.values()].some((count) => count < enough) && performance.now() < deadline)
      await pause(100);
    arena.load.stop();
    await loading;
    await arena.poolB.query('DELETE FROM poison');
    for (const instance of arena.instances) instance.failpoints = () => '';
    // A fail-point that waits for its n-th pass must not strike while the rest drains.
    for (const instance of arena.instances) instance.kill();

    const verdict = await arena.settle(70_000);
    console.log(
      JSON.stringify({
        hits: Object.fromEntries(hits),
        requests: arena.load.acknowledged.size,
        repeats: arena.load.repeats,
      }),
    );
    expect(verdict).toEqual(flawless);
    expect(Object.fromEntries([...hits].filter(([, count]) => count < enough))).toEqual({});
    expect(arena.load.acknowledged.size).toBeGreaterThan(200);
  }, 160_000);
});
