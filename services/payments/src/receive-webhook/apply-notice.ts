import { schedule } from '@carethread/bus/task.ts';
import type { Timer } from '@carethread/bus/task-handlers.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { AttemptId, PaymentId, RefundId } from '@carethread/contracts/ids.ts';
import { isId } from '@carethread/contracts/ids.ts';
import { nobody } from '@carethread/service-kit/cause.ts';
import { changeKnown } from '../change-payment.ts';
import { learn } from '../decisions/learn.ts';
import { learnOfRefund } from '../decisions/refund.ts';
import type { Foundation } from '../foundation.ts';
import { taskIdOf } from '../ids.ts';
import type { Fact } from '../fact.ts';
import { ownerOf, type Payment } from '../payment.ts';
import type { Notice } from '../provider/provider.ts';

interface Found {
  paymentId: PaymentId;
  attemptId: AttemptId;
  refundId: RefundId | null;
}

const read = 'SELECT notice, tries FROM webhook WHERE id = $1';
const settle = 'UPDATE webhook SET status = $2, tries = tries + 1 WHERE id = $1';
const findAttempt = `SELECT payment_id AS "paymentId", id AS "attemptId", NULL AS "refundId" FROM attempt
  WHERE id = $1 UNION SELECT payment_id, id, NULL FROM attempt WHERE provider = $2 AND charge_id = $3`;
const findRefund = `SELECT payment_id AS "paymentId", attempt_id AS "attemptId", id AS "refundId" FROM refund WHERE id = $1`;

/** Pauses before a webhook about a payment that cannot be seen yet is tried again, in seconds: three days in all. */
const pauses = [1, 5, 30, 120, 600, 3_600, 6 * 3_600, 24 * 3_600, 40 * 3_600];

/** Applies a stored webhook. One that came before its payment waits for it (P-06); one that is not ours is let be. */
export const noticeTimer =
  (foundation: Foundation): Timer =>
  async (task, tx) => {
    const { webhookId } = task.payload as { webhookId: string };
    const [stored] = await tx.query<{ notice: Notice; tries: number }>(read, [webhookId]);
    if (!stored) return;
    const { notice, tries } = stored;
    if (notice.about === 'other') return tx.send(settle, [webhookId, 'not_ours']);
    const found = await find(tx, foundation, notice);
    if (found) {
      await changeKnown(tx, foundation, nobody, found.paymentId, ({ payment }, now) =>
        meaning(payment, found, notice, foundation, now),
      );
      return tx.send(settle, [webhookId, 'applied']);
    }
    // Others may use the same account: what carries no reference of ours is no business of ours.
    if (notice.about === 'dispute' || !isId(notice.reference))
      return tx.send(settle, [webhookId, 'not_ours']);
    const pause = pauses[tries];
    tx.send(settle, [webhookId, pause ? 'waiting' : 'unmatched']);
    if (!pause) return;
    const dueAt = new Date(foundation.now().getTime() + pause * 1000);
    schedule(tx, { key: task.key, kind: task.kind, payload: task.payload, dueAt });
  };

async function find(tx: Tx, { provider }: Foundation, notice: Exclude<Notice, { about: 'other' }>) {
  if (notice.about === 'refund' && isId(notice.reference)) {
    const [refund] = await tx.query<Found>(findRefund, [notice.reference]);
    return refund;
  }
  const reference = notice.about === 'charge' && isId(notice.reference) ? notice.reference : null;
  const [attempt] = await tx.query<Found>(findAttempt, [reference, provider.name, notice.chargeId]);
  return attempt;
}

function meaning(
  payment: Payment,
  { attemptId, refundId }: Found,
  notice: Exclude<Notice, { about: 'other' }>,
  { rules }: Foundation,
  now: Date,
): Fact[] {
  switch (notice.about) {
    case 'charge':
      return learn(payment, attemptId, notice.news, rules, now);
    case 'refund':
      if (refundId) return learnOfRefund(payment, refundId, notice.news, now);
      // Somebody paid back past us, in the provider's own pages.
      return notice.news.is === 'succeeded'
        ? [attention(payment, 'foreign_refund', notice.news.providerId)]
        : [];
    case 'dispute':
      return [attention(payment, 'disputed', attemptId)];
    default:
      return notice satisfies never;
  }
}

const attention = (payment: Payment, kind: 'foreign_refund' | 'disputed', subject: string): Fact => ({
  type: 'attention_needed',
  taskId: taskIdOf(payment.id, kind, subject),
  kind,
  ownerId: ownerOf(payment),
  subject,
});
