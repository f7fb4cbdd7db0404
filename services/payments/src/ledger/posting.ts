import type { OrganisationId } from '@carethread/contracts/ids.ts';
import type { Money } from '@carethread/contracts/money.ts';
import type { Fact } from '../fact.ts';
import { attemptOf, type Payment } from '../payment.ts';

/**
 * Accounts. Debit is positive, credit negative; each transaction sums to nothing.
 * `provider:` what the provider owes us; `clinic:` what we owe a clinic; `refunds:` what of that went back to patients;
 * `overpaid:` money that was taken a second time and goes back.
 */
export type Account =
  | `provider:${string}`
  | `clinic:${OrganisationId}`
  | `refunds:${OrganisationId}`
  | `overpaid:${OrganisationId}`;

export interface Posting {
  /** Names the movement it stands for: it can be posted once only. */
  readonly reference: string;
  readonly kind: 'charge' | 'refund';
  readonly amount: Money;
  readonly debit: Account;
  readonly credit: Account;
  readonly at: Date;
}

/** What a fact moves, in the books; null when no money moved. */
export function postingOf(fact: Fact, payment: Payment): Posting | null {
  const { clinicId, amount } = payment;
  switch (fact.type) {
    case 'attempt_succeeded':
      return {
        reference: `charge:${fact.attemptId}`,
        kind: 'charge',
        amount,
        debit: `provider:${attemptOf(payment, fact.attemptId).provider}`,
        credit: fact.kept ? `clinic:${clinicId}` : `overpaid:${clinicId}`,
        at: fact.at,
      };
    case 'refund_succeeded': {
      const refund = payment.refunds.find(({ id }) => id === fact.refundId)!;
      const ofPayment = refund.attemptId === payment.paidBy;
      return {
        reference: `refund:${fact.refundId}`,
        kind: 'refund',
        amount: { ...amount, minor: refund.minor },
        debit: ofPayment ? `refunds:${clinicId}` : `overpaid:${clinicId}`,
        credit: `provider:${attemptOf(payment, refund.attemptId).provider}`,
        at: fact.at,
      };
    }
    case 'requested':
    case 'attempt_started':
    case 'attempt_processing':
    case 'attempt_unknown':
    case 'attempt_asked':
    case 'attempt_declined':
    case 'attempt_voided':
    case 'retry_planned':
    case 'gave_up':
    case 'ended':
    case 'refund_started':
    case 'refund_sent':
    case 'refund_failed':
    case 'attention_needed':
      return null;
    default:
      return fact satisfies never;
  }
}
