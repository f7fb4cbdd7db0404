import { type OutsideCall, outsideCall } from '@carethread/bus/task-handlers.ts';
import { schedule } from '@carethread/bus/task.ts';
import { nobody } from '@carethread/service-kit/cause.ts';
import { changeKnown } from '../change-payment.ts';
import { learnOfRefund, type RefundNews } from '../decisions/refund.ts';
import type { Foundation } from '../foundation.ts';
import { attemptOf } from '../payment.ts';
import type { RefundOrder } from '../provider/provider.ts';
import { pauseBeforeAsking } from '../rules.ts';
import { refundTask as nextRefundTask, type RefundPayload } from '../schedule-effects.ts';

/**
 * Pays back. Unlike a charge this may be repeated: the provider is first asked for the refund under our reference, so
 * that it happens once. Without an answer the bus tries again with growing pauses.
 */
export const refundTask = (foundation: Foundation, leaseMs: number): OutsideCall<unknown, unknown> =>
  outsideCall<RefundOrder | null, RefundNews | null>({
    leaseMs,
    async prepare(task, tx) {
      const { paymentId, refundId } = task.payload as RefundPayload;
      const locked = await changeKnown(tx, foundation, nobody, paymentId, ({ payment }, now) =>
        learnOfRefund(payment, refundId, { is: 'silent' }, now, task.attempts),
      );
      const payment = locked?.payment;
      const refund = payment?.refunds.find(({ id }) => id === refundId);
      if (!payment || !refund || refund.status === 'succeeded' || refund.status === 'failed') return null;
      const { chargeId } = attemptOf(payment, refund.attemptId);
      if (!chargeId) throw new Error(`Refund ${refundId} is of a charge that has no id.`);
      const amount = { minor: refund.minor, currency: payment.amount.currency };
      return { reference: refundId, chargeId, amount };
    },
    async call(order) {
      const news = order && (await foundation.provider.refund(order));
      if (news?.is === 'silent') throw new Error('The provider did not answer.');
      return news;
    },
    async record(news, task, tx) {
      if (!news) return;
      const payload = task.payload as RefundPayload;
      const { paymentId, refundId, asked } = payload;
      const { rules, now } = foundation;
      await changeKnown(tx, foundation, nobody, paymentId, ({ payment }, at) =>
        learnOfRefund(payment, refundId, news, at),
      );
      if (news.is !== 'sent') return;
      const dueAt = new Date(now().getTime() + pauseBeforeAsking(rules, asked));
      schedule(tx, nextRefundTask({ ...payload, asked: asked + 1 }, dueAt));
    },
  });
