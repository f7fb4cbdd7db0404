import type { AttemptId, RefundId } from '@carethread/contracts/ids.ts';
import type { Fact } from './fact.ts';
import { attemptOf, openAttempt, type Payment } from './payment.ts';
import { pauseBeforeAsking, type Rules } from './rules.ts';

/** What has to be done outside, or later, because of a fact. Each is a task of the bus: written with it, run at least once. */
export type Effect =
  | { readonly do: 'charge'; readonly attemptId: AttemptId; readonly at: Date }
  | { readonly do: 'ask-charge'; readonly attemptId: AttemptId; readonly asked: number; readonly at: Date }
  | { readonly do: 'void-charge'; readonly attemptId: AttemptId; readonly at: Date }
  | { readonly do: 'retry'; readonly at: Date }
  | { readonly do: 'refund'; readonly refundId: RefundId; readonly at: Date };

/** @param after the payment after all of the facts */
export function effectsOf(facts: readonly Fact[], after: Payment, rules: Rules, now: Date): Effect[] {
  const ask = (attemptId: AttemptId): Effect => {
    const { asked } = attemptOf(after, attemptId);
    const at = new Date(now.getTime() + pauseBeforeAsking(rules, asked));
    return { do: 'ask-charge', attemptId, asked, at };
  };
  return facts.flatMap((fact): Effect[] => {
    switch (fact.type) {
      case 'attempt_started':
        return [{ do: 'charge', attemptId: fact.attemptId, at: now }];
      case 'attempt_processing':
        return [ask(fact.attemptId), ...voiding(after, now)];
      case 'attempt_unknown':
      case 'attempt_asked':
        return [ask(fact.attemptId)];
      case 'retry_planned':
        return [{ do: 'retry', at: fact.at }];
      case 'refund_started':
        return [{ do: 'refund', refundId: fact.refundId, at: now }];
      case 'ended':
        return voiding(after, now);
      case 'requested':
      case 'attempt_succeeded':
      case 'attempt_declined':
      case 'attempt_voided':
      case 'gave_up':
      case 'refund_sent':
      case 'refund_succeeded':
      case 'refund_failed':
      case 'attention_needed':
        return [];
      default:
        return fact satisfies never;
    }
  });
}

/** What the provider has not taken yet, and need not take any more. */
function voiding(payment: Payment, at: Date): Effect[] {
  const open = openAttempt(payment);
  return payment.ending && open?.status === 'processing'
    ? [{ do: 'void-charge', attemptId: open.id, at }]
    : [];
}
