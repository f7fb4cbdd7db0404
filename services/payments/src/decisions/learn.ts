import type { AttemptId } from '@carethread/contracts/ids.ts';
import { refundIdOf, taskIdOf } from '../ids.ts';
import { evolve, type Fact } from '../fact.ts';
import { type Attempt, attemptOf, isOpen, openAttempt, ownerOf, type Payment } from '../payment.ts';
import type { Rules } from '../rules.ts';

/** What somebody says about a charge: the answer to the call, to a question, or a webhook. */
export type ChargeNews =
  | { readonly is: 'succeeded'; readonly chargeId: string }
  /** The provider has it and does not know yet. */
  | { readonly is: 'processing'; readonly chargeId: string }
  | {
      readonly is: 'declined';
      readonly chargeId: string | null;
      readonly cause: string;
      /** The cause may pass by itself: another try makes sense. */
      readonly passing: boolean;
    }
  | { readonly is: 'voided' }
  /** The provider knows no charge under our reference. */
  | { readonly is: 'absent' }
  /** No answer, or none that says anything. */
  | { readonly is: 'silent' };

/**
 * What a piece of news means for the payment. News come in any order and any number: what is behind what is known
 * already changes nothing, and money that was taken is never overlooked.
 */
export function learn(
  payment: Payment,
  attemptId: AttemptId,
  news: ChargeNews,
  rules: Rules,
  now: Date,
): Fact[] {
  const attempt = attemptOf(payment, attemptId);
  switch (news.is) {
    case 'succeeded':
      return attempt.status === 'succeeded' ? [] : charged(payment, attempt, news.chargeId, now);
    case 'declined':
      return isOpen(attempt)
        ? failed(payment, attempt, { cause: news.cause, chargeId: news.chargeId }, news.passing, rules, now)
        : [];
    case 'voided':
      return isOpen(attempt) ? [{ type: 'attempt_voided', attemptId, at: now }] : [];
    case 'processing':
      if (attempt.status === 'processing') return stillOpen(payment, attempt, rules);
      return isOpen(attempt) ? [{ type: 'attempt_processing', attemptId, chargeId: news.chargeId }] : [];
    case 'absent':
      if (!isOpen(attempt)) return [];
      // A request may still be on its way, and what it will do is not known: this early, "no" means "not yet".
      if (now.getTime() - attempt.startedAt.getTime() < rules.settleMs)
        return stillOpen(payment, attempt, rules);
      return failed(payment, attempt, { cause: 'not_received', chargeId: null }, true, rules, now);
    case 'silent':
      if (attempt.status === 'sending') return [{ type: 'attempt_unknown', attemptId }];
      return isOpen(attempt) ? stillOpen(payment, attempt, rules) : [];
    default:
      return news satisfies never;
  }
}

/** Money was taken. The first that counts is the payment; what came too late or twice goes back whole. */
function charged(payment: Payment, { id: attemptId }: Attempt, chargeId: string, at: Date): Fact[] {
  const kept = payment.paidBy === null;
  const taken: Fact = { type: 'attempt_succeeded', attemptId, chargeId, kept, at };
  const reason = kept ? payment.ending : 'charged_twice';
  if (!reason) return [taken];
  const refundId = refundIdOf(payment.id, payment.refunds.length + 1);
  const { minor } = payment.amount;
  return [taken, { type: 'refund_started', refundId, attemptId, minor, reason, requestedBy: null, at }];
}

/** Definitely not taken: try again by itself, if that makes sense and the budget allows; otherwise a person decides. */
function failed(
  payment: Payment,
  { id: attemptId }: Attempt,
  { cause, chargeId }: { cause: string; chargeId: string | null },
  passing: boolean,
  rules: Rules,
  now: Date,
): Fact[] {
  const declined: Fact = { type: 'attempt_declined', attemptId, chargeId, cause, at: now };
  const after = evolve(payment, declined);
  if (after.paidBy || after.ending || openAttempt(after)) return [declined];
  if (!passing || after.failures > rules.maxRetries) return [declined, { type: 'gave_up' }];
  return [declined, { type: 'retry_planned', at: new Date(now.getTime() + rules.retryAfterMs) }];
}

/** Asked in vain once more. After the last planned question a person is told; the asking goes on. */
function stillOpen(payment: Payment, attempt: Attempt, { askAfterMs }: Rules): Fact[] {
  const { id: attemptId, asked } = attempt;
  if (attempt.status === 'sending') return [{ type: 'attempt_unknown', attemptId }];
  const facts: Fact[] = [{ type: 'attempt_asked', attemptId }];
  if (asked + 1 !== askAfterMs.length) return facts;
  const kind = 'charge_unknown';
  const taskId = taskIdOf(payment.id, kind, attemptId);
  return [
    ...facts,
    { type: 'attention_needed', taskId, kind, ownerId: ownerOf(payment), subject: attemptId },
  ];
}
