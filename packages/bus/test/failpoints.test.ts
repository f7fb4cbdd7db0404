import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { effort } from '@carethread/local-stack/effort.ts';
import { countParked } from '../src/parked.ts';
import { pause } from '../src/pause.ts';
import { Arena, flawless } from './arena/arena.ts';
import { untilDone } from './arena/faults.ts';
import { waitUntil } from './wait-until.ts';

/** The moments in which a death is most dangerous, by the service that passes them; at which pass it dies, at most. */
const failpoints = {
  requesting: {
    afterCommitBeforeReply: 40,
    midPublish: 40,
    afterConfirmBeforeDelete: 40,
    afterCommitBeforeAck: 40,
  },
  answering: {
    midPublish: 40,
    afterConfirmBeforeDelete: 40,
    midInboxTransaction: 40,
    afterCommitBeforeAck: 40,
    midTimer: 10,
    afterLeaseBeforeCall: 10,
    afterCallBeforeRecord: 10,
    afterParkBeforeAck: 2,
    afterRetryClaim: 2,
  },
};
const enough = effort(3, 10);
/** As processes live for some forty passes only, a slow machine would fall behind for ever at a steady rate. */
const mostBehind = 200;
/** A minute is enough on an idle machine; a busy one may take its time, as what is tested is not how quick it is. */
const patienceMs = 900_000;

describe('services that die at the worst moments', () => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await Arena.open(Number(process.env.SEED ?? 1));
  });
  afterAll(() => arena.close());

  it(`loses, doubles and disorders nothing through ${enough} deaths at each fail-point`, async () => {
    const hits = new Map<string, number>(
      [...Object.keys(failpoints.requesting), ...Object.keys(failpoints.answering)].map((name) => [name, 0]),
    );
    for (const instance of arena.instances) {
      const own = instance.name.startsWith('A') ? failpoints.requesting : failpoints.answering;
      instance.failpoints = () =>
        Object.entries(own)
          .filter(([name]) => hits.get(name)! < enough)
          .map(([name, most]) => `${name}=#${1 + Math.floor(arena.random() * most)}`)
          .join();
      instance.onFailpoint = (name) => hits.set(name, hits.get(name)! + 1);
      instance.start();
    }
    let behind = false;
    const loading = arena.load.run(60, () => behind);
    const deadline = performance.now() + patienceMs;
    const goesOn = () => [...hits.values()].some((count) => count < enough) && performance.now() < deadline;
    const untilParked = (some: boolean) =>
      waitUntil(
        some ? 'an event is parked' : 'no event is parked any more',
        // A database too busy to answer has not said yes.
        () =>
          !goesOn() ||
          countParked(arena.poolB).then(
            (parked) => parked > 0 === some,
            () => false,
          ),
        patienceMs,
      );
    const watchBacklog = async () => {
      while (goesOn()) {
        // A database too busy to answer is behind, too.
        behind = (await arena.backlog().catch(() => mostBehind)) >= mostBehind;
        await pause(200);
      }
    };
    const watching = watchBacklog();
    while (goesOn()) {
      // Some aggregates fail until one of their events is set aside, so that parking and retrying are passed, too.
      await untilDone(() =>
        arena.poolB.query(`INSERT INTO poison VALUES ('failure') ON CONFLICT DO NOTHING`),
      );
      await untilParked(true);
      await untilDone(() => arena.poolB.query('DELETE FROM poison'));
      await untilParked(false);
    }
    arena.load.stop();
    await Promise.all([loading, watching]);
    for (const instance of arena.instances) instance.failpoints = () => '';
    // A fail-point that waits for its n-th pass must not strike while the rest drains.
    for (const instance of arena.instances) instance.kill();

    const rare = Object.fromEntries([...hits].filter(([, count]) => count < enough));
    expect({ rare, verdict: await arena.settle(300_000) }).toEqual({ rare: {}, verdict: flawless });
    expect(arena.load.acknowledged.size).toBeGreaterThan(100);
  }, 1_320_000);
});
