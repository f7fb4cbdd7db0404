import type { Handler } from '@carethread/bus/handlers.ts';
import { isId, type RenewalId } from '@carethread/contracts/ids.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { causeOfEvent } from '@carethread/service-kit/cause.ts';
import type { Reacting } from '../react.ts';
import { type MoneyNews, onMoney } from '../renewal/follow.ts';
import { lockRenewal, saveRenewal } from '../store/renewal-store.ts';

/** Follows the money of a renewal. Payments that people asked for are none of ours. */
const following =
  <Data extends { subjectId: string | null }>(newsOf: (data: Data) => MoneyNews) =>
  ({ rules, now }: Reacting): Handler<Data> =>
  async (event, tx) => {
    const { subjectId } = event.data;
    const renewal = isId(subjectId) ? await lockRenewal(tx, subjectId as RenewalId) : null;
    const settled = renewal && onMoney(renewal, newsOf(event.data), rules.renewals, now());
    if (settled) saveRenewal(tx, renewal, settled, causeOfEvent(event));
  };

export const whenPaymentIsProcessed = following<DataOf<'payments.payment.processing.v1'>>(() => ({
  is: 'processing',
}));
export const whenPaymentIsUnknown = following<DataOf<'payments.payment.unknown.v1'>>(() => ({
  is: 'unknown',
}));
export const whenPaymentSucceeded = following<DataOf<'payments.payment.succeeded.v1'>>(() => ({
  is: 'succeeded',
}));
export const whenPaymentFailed = following<DataOf<'payments.payment.failed.v1'>>(({ cause }) => ({
  is: 'failed',
  cause,
}));
export const whenPaymentCancelled = following<DataOf<'payments.payment.cancelled.v1'>>(({ reason }) => ({
  is: 'cancelled',
  reason,
}));
export const whenPaymentGoesBack = following<DataOf<'payments.payment.refunding.v1'>>(({ reason }) => ({
  is: 'refunding',
  reason,
}));
export const whenPaymentWentBack = following<DataOf<'payments.payment.refunded.v1'>>(({ reason, whole }) => ({
  is: 'refunded',
  reason,
  whole,
}));
export const whenPaymentNeedsAttention = following<DataOf<'payments.payment.attention_needed.v1'>>(
  ({ kind }) => ({ is: 'attention_needed', kind }),
);
