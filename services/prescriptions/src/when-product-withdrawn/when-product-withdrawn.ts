import type { Handler } from '@carethread/bus/handlers.ts';
import { schedule } from '@carethread/bus/task.ts';
import type { Timer } from '@carethread/bus/task-handlers.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { PrescriptionId, WithdrawalId } from '@carethread/contracts/ids.ts';
import { foldLot } from '@carethread/contracts/lot.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { nobody } from '@carethread/service-kit/cause.ts';
import { decide, type Fact } from '../prescription.ts';
import { type Reacting, saveIf } from '../react.ts';
import { isInForce } from '../signing.ts';
import { lockPrescription } from '../store/load.ts';
import type { ProductWithdrawal } from '../withdrawal/product-withdrawal.ts';
import { type Given, touchedBy } from '../withdrawal/withdrawal.ts';

interface Batch {
  readonly withdrawalId: WithdrawalId;
  readonly lifted: boolean;
  /** The last one that was looked at; null at the beginning. */
  readonly after: PrescriptionId | null;
}
const batchSize = 50;

const keep = `INSERT INTO product_withdrawal (id, product_id, kind, lots, recall_class, effective_from)
  VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`;
const end = 'UPDATE product_withdrawal SET ended = true WHERE id = $1';
const find = `SELECT id, product_id AS "productId", kind, lots, recall_class AS "recallClass",
    effective_from AS "effectiveFrom", ended FROM product_withdrawal WHERE id = $1`;
/** Prescriptions that were signed with the product, or for which it stood in. $2: after this one. */
const having = `SELECT id FROM prescription WHERE signed_at IS NOT NULL AND id IN (
    SELECT prescription_id FROM prescription_line WHERE product_id = $1
    UNION SELECT fill.prescription_id FROM preparation JOIN fill ON fill.id = fill_id WHERE substitute_product_id = $1
    UNION SELECT prescription_id FROM dispense_item JOIN dispense ON dispense.id = dispense_id
           WHERE substitute_product_id = $1)
  AND id > coalesce($2, '00000000-0000-0000-0000-000000000000'::uuid) ORDER BY id LIMIT ${batchSize}`;
const given = `SELECT item.line_id AS "lineId", item.lot,
    CASE WHEN substitute_text IS NULL THEN product_id ELSE substitute_product_id END AS "productId"
  FROM dispense JOIN dispense_item item ON dispense_id = dispense.id JOIN prescription_line line ON line.id = line_id
  WHERE dispense.prescription_id = $1`;

const scheduleBatch = (tx: Tx, batch: Batch, dueAt: Date) =>
  schedule(tx, {
    key: `note-withdrawal:${batch.withdrawalId}:${batch.lifted ? 'lifted' : 'begun'}`,
    kind: 'note-withdrawal',
    payload: batch,
    dueAt,
  });

/** From its commit on nothing of it is handed over; who is concerned hears of it batch by batch. */
export const whenProductWithdrawn =
  (by: Reacting): Handler<DataOf<'catalog.product.withdrawn.v1'>> =>
  async ({ data }, tx) => {
    const { withdrawalId, productId, kind, lots, recallClass, effectiveFrom } = data;
    tx.send(keep, [withdrawalId, productId, kind, lots && lots.map(foldLot), recallClass, effectiveFrom]);
    const dueAt = new Date(Math.max(by.now().getTime(), Date.parse(effectiveFrom)));
    scheduleBatch(tx, { withdrawalId, lifted: false, after: null }, dueAt);
  };

export const whenProductReinstated =
  (by: Reacting): Handler<DataOf<'catalog.product.reinstated.v1'>> =>
  async ({ data: { withdrawalId } }, tx) => {
    tx.send(end, [withdrawalId]);
    scheduleBatch(tx, { withdrawalId, lifted: true, after: null }, by.now());
  };

/** One batch of prescriptions, and the timer of the next one. */
export const noteWithdrawal =
  (by: Reacting): Timer =>
  async ({ payload }, tx) => {
    const { withdrawalId, lifted, after } = payload as Batch;
    const [withdrawal] = await tx.query<ProductWithdrawal & { ended: boolean }>(find, [withdrawalId]);
    // Over before its turn came: whoever heard of it hears of its end by the other task.
    if (!withdrawal || withdrawal.ended !== lifted) return;
    const batch = await tx.query<{ id: PrescriptionId }>(having, [withdrawal.productId, after]);
    for (const { id } of batch) {
      const prescription = await lockPrescription(tx, id);
      if (!prescription) continue;
      const received = await tx.query<Given>(given, [id]);
      const touched = touchedBy(withdrawal, prescription, received, isInForce(prescription));
      const noted = (lifted ? (['stopped'] as const) : (['stopped', 'received'] as const)).flatMap(
        (state): Fact[] => {
          const lineIds = touched[state];
          if (!lineIds) return [];
          return [{ kind: 'withdrawal_noted', withdrawalId, lineIds, state: lifted ? 'lifted' : state }];
        },
      );
      if (noted.length > 0)
        saveIf(tx, prescription, decide(prescription, {}, ...noted), { ...by, cause: nobody });
    }
    const last = batch.at(-1);
    if (last && batch.length === batchSize)
      scheduleBatch(tx, { withdrawalId, lifted, after: last.id }, by.now());
  };
