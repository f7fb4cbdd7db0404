import type { AttemptId, PaymentId, RefundId } from '@carethread/contracts/ids.ts';
import type { Money } from '@carethread/contracts/money.ts';
import type { ChargeNews } from '../decisions/learn.ts';
import type { RefundNews } from '../decisions/refund.ts';

export interface ChargeOrder {
  /** Our own name of the charge: idempotency key, and what the provider is asked by. */
  readonly reference: AttemptId;
  readonly paymentId: PaymentId;
  /** Token of the payment method, as the provider gave it to the patient's device. */
  readonly method: string;
  readonly amount: Money;
}

export interface RefundOrder {
  readonly reference: RefundId;
  readonly chargeId: string;
  readonly amount: Money;
}

/** What a webhook says, without anything a card or a person could be known by. */
export type Notice = {
  /** The provider's id of the event: the same one is applied once. */
  readonly id: string;
  readonly type: string;
} & (
  | {
      readonly about: 'charge';
      readonly reference: string | null;
      readonly chargeId: string;
      readonly news: ChargeNews;
    }
  | {
      readonly about: 'refund';
      readonly reference: string | null;
      readonly chargeId: string | null;
      readonly news: RefundNews;
    }
  | { readonly about: 'dispute'; readonly chargeId: string | null }
  /** Nothing we follow. */
  | { readonly about: 'other' }
);

/** One movement of money in the provider's own books. */
export interface Movement {
  readonly kind: 'charge' | 'refund';
  readonly providerId: string;
  /** Our reference; null for what was not ordered by us. */
  readonly reference: string | null;
  readonly amount: Money;
  readonly at: Date;
}

/**
 * Whoever takes the money. No call throws for what a provider may answer or fail to: no answer is news, too ('silent').
 * Calls end within the configured time.
 */
export interface PaymentProvider {
  readonly name: string;
  /** Why this amount cannot be charged with this provider; null when it can. */
  amountProblem(amount: Money): string | null;
  charge(order: ChargeOrder): Promise<ChargeNews>;
  /** What became of a charge, by our reference, or by its own id where that is known. */
  findCharge(reference: AttemptId, chargeId: string | null): Promise<ChargeNews>;
  /** Calls off a charge that the provider has not taken yet. The answer says what it is now. */
  voidCharge(chargeId: string): Promise<ChargeNews>;
  /** Pays back once, however often it is called: looks for the refund under its reference first. */
  refund(order: RefundOrder): Promise<RefundNews>;
  /** What a webhook says; null when its signature or its age is not right. */
  readNotice(body: Buffer, signature: string): Notice | null;
  /** Everything in the provider's books in a span of time. Throws when it cannot be had. */
  movements(from: Date, until: Date): AsyncIterable<Movement>;
}
