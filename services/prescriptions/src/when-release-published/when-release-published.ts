import type { Handler } from '@carethread/bus/handlers.ts';
import { schedule } from '@carethread/bus/task.ts';
import type { Timer } from '@carethread/bus/task-handlers.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { PrescriptionId, ReleaseId } from '@carethread/contracts/ids.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { checkAgain, type Reacting } from '../react.ts';
import { nobody } from '@carethread/service-kit/cause.ts';
import { lockPrescription } from '../store/load.ts';

interface Batch {
  releaseId: ReleaseId;
  /** The last one that was looked at; null at the beginning. */
  after: PrescriptionId | null;
}

/** So many at a time: one transaction stays short, and the catalog is not flooded. */
const batchSize = 50;
const next = `SELECT id FROM prescription WHERE status IN ('signed', 'blocked', 'released')
  AND id > coalesce($1, '00000000-0000-0000-0000-000000000000'::uuid) ORDER BY id LIMIT ${batchSize}`;

const scheduleBatch = (tx: Tx, batch: Batch, dueAt: Date) =>
  schedule(tx, {
    key: `rescreen-release:${batch.releaseId}`,
    kind: 'rescreen-release',
    payload: batch,
    dueAt,
  });

/** New rules: which prescriptions in force would alert now? Asked batch by batch. */
export const whenReleasePublished =
  (by: Reacting): Handler<DataOf<'catalog.release.published.v1'>> =>
  async ({ data }, tx) => {
    scheduleBatch(tx, { releaseId: data.releaseId, after: null }, by.now());
  };

/** One batch, and the timer of the next one. */
export const rescreenRelease =
  (by: Reacting): Timer =>
  async ({ payload }, tx) => {
    const { releaseId, after } = payload as Batch;
    const batch = await tx.query<{ id: PrescriptionId }>(next, [after]);
    for (const { id } of batch) {
      const prescription = await lockPrescription(tx, id);
      if (!prescription || prescription.screening?.verdict?.releaseId === releaseId) continue;
      await checkAgain(tx, prescription, 'catalog_release', { ...by, cause: nobody });
    }
    const last = batch.at(-1);
    if (last && batch.length === batchSize) scheduleBatch(tx, { releaseId, after: last.id }, by.now());
  };
