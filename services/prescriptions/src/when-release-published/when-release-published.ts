import type { Handler } from '@carethread/bus/handlers.ts';
import { schedule } from '@carethread/bus/task.ts';
import type { Timer } from '@carethread/bus/task-handlers.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { PrescriptionId, ReleaseId } from '@carethread/contracts/ids.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { checkAgain, type Reacting } from '../react.ts';
import { nobody } from '@carethread/service-kit/cause.ts';
import { lockPrescription } from '../store/load.ts';

interface Publication {
  releaseId: ReleaseId;
  /** 1, then one more each time a roll-back put it into force again. */
  publication: number;
}
interface Batch extends Publication {
  /** The last one that was looked at; null at the beginning. */
  after: PrescriptionId | null;
}

/** So many at a time: one transaction stays short. */
const batchSize = 50;
/** More than this many unanswered ones, and the next batch waits: the catalog's other questions stand behind them. */
const mostWaiting = 200;
const pauseMs = 1_000;

const keep = `INSERT INTO catalog_release (release_id, publication, number, published_at) VALUES ($1, $2, $3, $4)
  ON CONFLICT DO NOTHING`;
const newest = `SELECT release_id AS "releaseId", publication,
    (SELECT count(*)::int FROM screening WHERE verdict IS NULL AND cause = 'catalog_release') AS waiting
  FROM catalog_release ORDER BY published_at DESC, publication DESC LIMIT 1`;
const next = `SELECT id FROM prescription WHERE status IN ('signed', 'blocked', 'released')
  AND id > coalesce($1, '00000000-0000-0000-0000-000000000000'::uuid) ORDER BY id LIMIT ${batchSize}`;
const count = `UPDATE catalog_release SET asked = asked + $3, all_asked = $4 WHERE release_id = $1 AND publication = $2`;

const scheduleBatch = (tx: Tx, batch: Batch, dueAt: Date) =>
  schedule(tx, {
    key: `rescreen-release:${batch.releaseId}:${batch.publication}`,
    kind: 'rescreen-release',
    payload: batch,
    dueAt,
  });

/**
 * New rules: from this moment on nothing is handed over on a verdict by others. Which prescriptions in force would alert now
 * is asked batch by batch.
 */
export const whenReleasePublished =
  (by: Reacting): Handler<DataOf<'catalog.release.published.v1'>> =>
  async ({ data, sequence, occurredAt }, tx) => {
    tx.send(keep, [data.releaseId, sequence, data.number, occurredAt]);
    scheduleBatch(tx, { releaseId: data.releaseId, publication: sequence, after: null }, by.now());
  };

/** One batch, and the timer of the next one. Ends when yet another release is in force: that one asks anew. */
export const rescreenRelease =
  (by: Reacting): Timer =>
  async ({ payload }, tx) => {
    const { releaseId, publication, after } = payload as Batch;
    const [[inForce], batch] = await Promise.all([
      tx.query<Publication & { waiting: number }>(newest),
      tx.query<{ id: PrescriptionId }>(next, [after]),
    ]);
    if (inForce?.releaseId !== releaseId || inForce.publication !== publication) return;
    if (inForce.waiting >= mostWaiting) {
      scheduleBatch(tx, { releaseId, publication, after }, new Date(by.now().getTime() + pauseMs));
      return;
    }
    let asked = 0;
    for (const { id } of batch) {
      const prescription = await lockPrescription(tx, id);
      if (!prescription || prescription.screening?.verdict?.releaseId === releaseId) continue;
      await checkAgain(tx, prescription, 'catalog_release', { ...by, cause: nobody });
      asked += 1;
    }
    const last = batch.length === batchSize ? batch.at(-1) : undefined;
    tx.send(count, [releaseId, publication, asked, !last]);
    if (last) scheduleBatch(tx, { releaseId, publication, after: last.id }, by.now());
  };
