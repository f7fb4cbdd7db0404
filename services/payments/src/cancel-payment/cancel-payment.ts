import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { type Caller, type Changed, changePaymentIn } from '../change-payment.ts';
import { codeOf } from '../codes.ts';
import { cancel, type PaymentCancelOutcome } from '../decisions/end.ts';
import type { Foundation } from '../foundation.ts';

/** Reasons a person can give; the others follow from the ticket. */
export const cancelReasons = ['patient_wish', 'requested_by_mistake'] as const;

const inputSchema = z.object({
  paymentId: idSchema<'Payment'>(),
  expectedVersion: z.int(),
  reason: codeOf(cancelReasons),
});

export interface Cancelled {
  /** Null when the input was wrong or based on an older version. */
  outcome: PaymentCancelOutcome | null;
  payment: Changed | Refusal;
}

/** Somebody cancels a payment that was not made yet, and gets a typed outcome. */
export async function cancelPayment(
  foundation: Foundation,
  caller: Caller,
  raw: unknown,
): Promise<Cancelled> {
  const input = checkInput(inputSchema, raw);
  if (input instanceof Refusal) return { outcome: null, payment: input };
  let outcome: PaymentCancelOutcome | null = 'NOT_FOUND';
  const payment = await foundation.database.asActor<Changed | Refusal>(caller.actor, (tx) =>
    changePaymentIn(tx, foundation, caller, input.paymentId, (locked) => {
      const decision = cancel(locked.payment, input);
      outcome = decision.outcome;
      return decision.facts;
    }),
  );
  return { outcome, payment };
}
