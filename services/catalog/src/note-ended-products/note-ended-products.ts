import { schedule } from '@carethread/bus/task.ts';
import type { Timer } from '@carethread/bus/task-handlers.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import { newId, type ProductId } from '@carethread/contracts/ids.ts';
import { nobody } from '@carethread/service-kit/cause.ts';
import { notingEnded } from '../release/publish-release.ts';
import { saveEnd, saveWithdrawal, selectWithdrawals, type Withdrawal } from '../withdrawal/withdrawal.ts';

/** So many at a time: one transaction stays short. */
const batchSize = 500;
const dayMs = 86_400_000;

const releases = `SELECT release_id AS id, number, published_at::date::text AS day
  FROM (SELECT DISTINCT ON (release_id) release_id, publication.number AS turn, published_at
          FROM reference.release_publication publication ORDER BY release_id, publication.number DESC) latest
  JOIN reference.release ON release.id = release_id ORDER BY turn DESC LIMIT 2`;

const isEnded = (product: string, day: string) =>
  `(${product}.marketing_end < ${day}::date OR ${product}.market_status = 'excluded')`;
const notYet = `NOT EXISTS (SELECT FROM operational.withdrawal WHERE product_id = id AND kind = 'withdrawn'
    AND lots IS NULL AND ended_at IS NULL)`;
/**
 * Products of imported lists that were to be had before and are not now. $1 the release in force, $2 its day, $3 the one
 * before, $4 its day, $5 today, $6 whether the one in force is the newer one: a roll-back takes no product off a list.
 */
const endedNow = `SELECT id, 'Its source says that it is not sold any more.' AS reason FROM reference.product now
   WHERE release_id = $1 AND ${isEnded('now', '$5')} AND ${notYet} AND (marketing_end >= $2::date OR EXISTS (
     SELECT FROM reference.product before WHERE before.release_id = $3 AND before.id = now.id
        AND (${isEnded('before', '$4')}) IS NOT TRUE))
  UNION ALL
  SELECT id, 'It is not in the newest list of its source.' FROM reference.product gone
   WHERE release_id = $3 AND $6::boolean AND origin IN ('ndc', 'bdpm') AND ${notYet} AND NOT EXISTS (
     SELECT FROM reference.product now WHERE now.release_id = $1 AND now.id = gone.id)
   ORDER BY id LIMIT ${batchSize}`;
/** Withdrawals that an import brought, of products that are to be had again. */
const soldAgain = `${selectWithdrawals} WHERE recorded_by IS NULL AND ended_at IS NULL AND EXISTS (
    SELECT FROM reference.product now WHERE release_id = $1 AND now.id = product_id
       AND (${isEnded('now', '$2')}) IS NOT TRUE) ORDER BY id LIMIT ${batchSize}`;

const payload = {};
const scheduleNow = (tx: Tx, key: string, dueAt: Date) =>
  schedule(tx, { key: `note-ended:${key}`, kind: notingEnded, payload, dueAt });

/** What an import says about being sold becomes a withdrawal, or ends one; once a day also what time brings. */
export const noteEndedProducts =
  (now: () => Date): Timer =>
  async ({ key }, tx) => {
    const [current, before] = await tx.query<{ id: string; number: number; day: string }>(releases);
    if (!current) return;
    const today = now().toISOString().slice(0, 10);
    const [ended, again] = await Promise.all([
      tx.query<{ id: ProductId; reason: string }>(endedNow, [
        current.id,
        current.day,
        before?.id ?? null,
        before?.day ?? current.day,
        today,
        before !== undefined && before.number < current.number,
      ]),
      tx.query<Withdrawal>(soldAgain, [current.id, today]),
    ]);
    for (const { id: productId, reason } of ended)
      await saveWithdrawal(
        tx,
        {
          id: newId<'Withdrawal'>(),
          productId,
          kind: 'withdrawn',
          lots: null,
          recallClass: null,
          reason,
          effectiveFrom: now(),
          recordedBy: null,
        },
        nobody,
      );
    for (const each of again)
      saveEnd(tx, each, { userId: null, reason: 'It is to be had again, its source says.' }, nobody);
    const more = ended.length === batchSize || again.length === batchSize;
    if (more) scheduleNow(tx, key.slice('note-ended:'.length), now());
    else scheduleNow(tx, 'daily', new Date(now().getTime() + dayMs));
  };
