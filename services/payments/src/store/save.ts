import type { Tx } from '@carethread/bus/transaction.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import { announce } from '../announce.ts';
import { effectsOf } from '../effects.ts';
import { postingOf } from '../ledger/posting.ts';
import { evolve, type Fact } from '../fact.ts';
import { type Attempt, type Payment, type Refund, refundedOf, statusOf } from '../payment.ts';
import type { Rules } from '../rules.ts';
import { scheduleEffects } from '../schedule-effects.ts';
import { post } from './post.ts';

/** What a change happens under. */
export interface Circumstances {
  cause: Cause;
  rules: Rules;
  now: Date;
}

const insertPayment = `INSERT INTO payment (id, ticket_id, payer_id, doctor_id, clinic_id, amount_minor, currency, purpose,
  subject_id, requested_by, requested_at, status, failures, version, event_count)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13, $14)`;
const updatePayment = `UPDATE payment SET status = $2, paid_by = $3, failures = $4, next_try_at = $5, ending = $6, version = $7,
  event_count = $8 WHERE id = $1`;
const insertAttempt = `INSERT INTO attempt (id, payment_id, number, provider, method, status, asked, started_at, captured_minor,
  refunded_minor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0)`;
const updateAttempt = `UPDATE attempt SET status = $2, charge_id = $3, decline = $4, asked = $5, ended_at = $6,
  captured_minor = $7 WHERE id = $1`;
const setRefunded = 'UPDATE attempt SET refunded_minor = $2 WHERE id = $1';
const insertRefund = `INSERT INTO refund (id, payment_id, attempt_id, number, minor, reason, requested_by, status, started_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
const updateRefund =
  'UPDATE refund SET status = $2, provider_id = $3, failure = $4, ended_at = $5 WHERE id = $1';
const insertTask = `INSERT INTO payment_task (id, payment_id, kind, subject, owner_id, opened_at)
  VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING`;

/**
 * Writes what happened to a locked payment, or to a new one: rows, ledger, events and tasks. Sends only: all of it travels
 * with the commit. The payment's row comes first, so that its lock orders the events.
 */
export function savePayment(
  tx: Tx,
  before: Payment,
  facts: readonly Fact[],
  { cause, rules, now }: Circumstances,
): Payment {
  if (facts.length === 0) return before;
  const changed = facts.reduce(evolve, before);
  const events = announce(before, changed, facts);
  const after = { ...changed, eventCount: before.eventCount + events.length };
  writePayment(tx, before, after);
  for (const attempt of after.attempts) writeAttempt(tx, before, after, attempt);
  for (const refund of after.refunds) writeRefund(tx, before, after, refund);
  for (const attempt of after.attempts) writeRefunded(tx, before, after, attempt);
  for (const fact of facts) {
    const posting = postingOf(fact, after);
    if (posting) post(tx, after.id, posting);
    if (fact.type === 'attention_needed')
      tx.send(insertTask, [fact.taskId, after.id, fact.kind, fact.subject, fact.ownerId, now]);
  }
  events.forEach((emitTo, at) => emitTo(tx, before.eventCount + at + 1, cause));
  scheduleEffects(tx, after.id, effectsOf(facts, after, rules, now));
  return after;
}

function writePayment(tx: Tx, before: Payment, after: Payment): void {
  const { id, paidBy, failures, nextTryAt, ending, version, eventCount } = after;
  const status = statusOf(after);
  if (before.version > 0)
    return tx.send(updatePayment, [id, status, paidBy, failures, nextTryAt, ending, version, eventCount]);
  const { ticketId, payerId, doctorId, clinicId, amount, purpose, subjectId, requestedBy, requestedAt } =
    after;
  // prettier-ignore
  tx.send(insertPayment, [
    id, ticketId, payerId, doctorId, clinicId, amount.minor, amount.currency, purpose,
    subjectId, requestedBy, requestedAt, status, version, eventCount,
  ]);
}

function writeAttempt(tx: Tx, before: Payment, { id: paymentId, amount }: Payment, attempt: Attempt): void {
  const known = before.attempts[attempt.number - 1];
  if (known === attempt) return;
  const { id, number, provider, method, status, chargeId, decline, asked, startedAt, endedAt } = attempt;
  if (!known)
    return tx.send(insertAttempt, [id, paymentId, number, provider, method, status, asked, startedAt]);
  const captured = status === 'succeeded' ? amount.minor : 0;
  tx.send(updateAttempt, [id, status, chargeId, decline, asked, endedAt, captured]);
}

function writeRefund(tx: Tx, before: Payment, { id: paymentId }: Payment, refund: Refund): void {
  const known = before.refunds[refund.number - 1];
  if (known === refund) return;
  const { id, attemptId, number, minor, reason, requestedBy, status, startedAt } = refund;
  if (!known)
    return tx.send(insertRefund, [
      id,
      paymentId,
      attemptId,
      number,
      minor,
      reason,
      requestedBy,
      status,
      startedAt,
    ]);
  tx.send(updateRefund, [id, status, refund.providerId, refund.failure, refund.endedAt]);
}

/** What of a charge goes back, kept beside what was taken: the database itself refuses more. */
function writeRefunded(tx: Tx, before: Payment, after: Payment, { id }: Attempt): void {
  const sumIn = (payment: Payment) => {
    const { done, moving } = refundedOf(payment, id);
    return done + moving;
  };
  if (sumIn(before) !== sumIn(after)) tx.send(setRefunded, [id, sumIn(after)]);
}
