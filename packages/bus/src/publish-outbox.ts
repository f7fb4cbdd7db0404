import { hasSubscriber } from '@carethread/contracts/topology.ts';
import { failpoint } from './failpoint.ts';
import type { Link, Publish } from './link.ts';
import { type OutboxRow, toMessage } from './message.ts';
import type { OutboxReader } from './outbox-reader.ts';
import { type Bell, within } from './pause.ts';
import type { Observe } from './watch.ts';

const pollMs = 250;
const batchSize = 200;
/** Batches on their way to confirmation: with two, a new event need not wait for an old one's confirm. */
const batchesInFlight = 2;
const confirmPatience = 30_000;
const rotateEveryMs = 3_600_000;
/** Confirmed events leave the outbox together, so often: one by one they would cost a transaction each. */
const archiveEveryMs = 100;

export interface Publishing {
  work: Bell;
  ended: AbortSignal;
  observe: Observe;
  /** Stop at an empty outbox: for one who stands in for the leader. */
  untilEmpty: boolean;
}

/**
 * Reads and publishes until `ended` fires, or the outbox is empty. Events leave in id order on one channel, beginning
 * with the oldest that still exists, and go from the outbox only after their confirm, some at a time: so the first copy
 * of each event reaches a queue in order even if two relays should run at once. What a crash finds confirmed and still
 * in the outbox is published again, which the inboxes drop.
 */
export async function publishOutbox(
  reader: OutboxReader,
  publish: Publish,
  link: Link,
  { work, ended, observe, untilEmpty }: Publishing,
): Promise<void> {
  const inFlight = new Set<string>();
  const batches = new Set<Promise<void>>();
  const confirmed: string[] = [];
  let rotatedAt = -Infinity;
  let archivedAt = performance.now();

  const send = async (rows: OutboxRow[]): Promise<void> => {
    const startedAt = performance.now();
    observe('relayBatchSize', rows.length);
    const confirms = rows.map((row, index) => {
      if (index === rows.length >> 1) failpoint('midPublish');
      return publish(toMessage(row), row.type, hasSubscriber(row.type));
    });
    await within(confirmPatience, 'Confirming a batch', Promise.race([Promise.all(confirms), link.lost]));
    observe('relayConfirmMs', performance.now() - startedAt);
    failpoint('afterConfirmBeforeDelete');
    confirmed.push(...rows.map(({ id }) => id));
  };
  const archive = async (): Promise<void> => {
    const ids = confirmed.splice(0);
    if (ids.length === 0) return;
    archivedAt = performance.now();
    const archived = reader.archive(ids);
    for (const id of ids) inFlight.delete(id);
    await archived;
  };

  while (!ended.aborted) {
    if (performance.now() - rotatedAt > rotateEveryMs) {
      await reader.rotateLog();
      rotatedAt = performance.now();
    }
    const rows = await reader.read([...inFlight], batchSize);
    if (rows.length > 0) {
      for (const { id } of rows) inFlight.add(id);
      const batch = send(rows)
        .catch(link.fail)
        .finally(() => batches.delete(batch));
      batches.add(batch);
    }
    const isDue = performance.now() - archivedAt >= archiveEveryMs;
    if (isDue || rows.length === 0 || confirmed.length >= batchSize) archive().catch(link.fail);
    if (untilEmpty && rows.length === 0 && batches.size === 0) return;
    if (batches.size >= batchesInFlight) await Promise.race(batches);
    else if (rows.length < batchSize) await work.wait(pollMs, ended);
  }
  await within(5_000, 'Finishing the last batches', Promise.all(batches).then(archive)).catch(() => {});
}
