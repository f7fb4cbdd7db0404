import { schedule } from '@carethread/bus/task.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { AttemptId, PaymentId, RefundId } from '@carethread/contracts/ids.ts';
import type { Effect } from './effects.ts';

export interface ChargePayload {
  paymentId: PaymentId;
  attemptId: AttemptId;
}
export interface RefundPayload {
  paymentId: PaymentId;
  refundId: RefundId;
  /** How often the bank was asked whether it has arrived. */
  asked: number;
}
export interface RetryPayload {
  paymentId: PaymentId;
  plannedAt: string;
}

/** Writes the tasks. Under keys that name what is to be done, so that nothing is ever under way twice. */
export function scheduleEffects(tx: Tx, paymentId: PaymentId, effects: readonly Effect[]): void {
  for (const effect of effects) schedule(tx, taskOf(paymentId, effect));
}

function taskOf(paymentId: PaymentId, effect: Effect) {
  const { do: kind, at: dueAt } = effect;
  switch (effect.do) {
    case 'charge':
    case 'void-charge': {
      const payload: ChargePayload = { paymentId, attemptId: effect.attemptId };
      return { key: `${kind}:${effect.attemptId}`, kind, payload, dueAt };
    }
    case 'ask-charge': {
      const payload: ChargePayload = { paymentId, attemptId: effect.attemptId };
      return { key: `${kind}:${effect.attemptId}:${effect.asked}`, kind, payload, dueAt };
    }
    case 'retry': {
      const payload: RetryPayload = { paymentId, plannedAt: dueAt.toISOString() };
      return { key: `${kind}:${paymentId}:${dueAt.getTime()}`, kind, payload, dueAt };
    }
    case 'refund':
      return refundTask({ paymentId, refundId: effect.refundId, asked: 0 }, dueAt);
    default:
      return effect satisfies never;
  }
}

export const refundTask = (payload: RefundPayload, dueAt: Date) => ({
  key: `refund:${payload.refundId}:${payload.asked}`,
  kind: 'refund',
  payload,
  dueAt,
});
