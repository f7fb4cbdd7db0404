import { type OutsideCall, outsideCall } from '@carethread/bus/task-handlers.ts';
import { nobody } from '@carethread/service-kit/cause.ts';
import { changeKnown } from '../change-payment.ts';
import { type ChargeNews, learn } from '../decisions/learn.ts';
import type { Foundation } from '../foundation.ts';
import { attemptOf } from '../payment.ts';
import type { ChargeOrder } from '../provider/provider.ts';
import type { ChargePayload } from '../schedule-effects.ts';

type Step = OutsideCall<unknown, unknown>;

/**
 * Asks the provider for the money, once. If the process dies meanwhile, or the call ends without an answer, it is not
 * repeated: the charge is unknown from then on, and the provider is asked what became of it.
 */
export const chargeTask = (foundation: Foundation, leaseMs: number): Step =>
  outsideCall<ChargeOrder | null, ChargeNews | null>({
    leaseMs,
    async prepare(task, tx) {
      const { paymentId, attemptId } = task.payload as ChargePayload;
      let order: ChargeOrder | null = null;
      await changeKnown(tx, foundation, nobody, paymentId, ({ payment }, now) => {
        const { status, method } = attemptOf(payment, attemptId);
        if (status !== 'sending') return [];
        if (task.attempts > 0) return learn(payment, attemptId, { is: 'silent' }, foundation.rules, now);
        // Called off before it was sent.
        if (payment.ending) return learn(payment, attemptId, { is: 'voided' }, foundation.rules, now);
        order = { reference: attemptId, paymentId, method, amount: payment.amount };
        return [];
      });
      return order;
    },
    call: async (order) => order && foundation.provider.charge(order),
    record: (news, task, tx) => recordNews(foundation, task.payload as ChargePayload, news, tx),
  });

/** Asks what became of a charge, on the schedule of growing pauses, until the answer is definite. */
export const askChargeTask = (foundation: Foundation, leaseMs: number): Step =>
  outsideCall<{ chargeId: string | null } | null, ChargeNews | null>({
    leaseMs,
    async prepare(task, tx) {
      const { paymentId, attemptId } = task.payload as ChargePayload;
      const locked = await changeKnown(tx, foundation, nobody, paymentId, () => []);
      const attempt = locked && attemptOf(locked.payment, attemptId);
      const open = attempt?.status === 'unknown' || attempt?.status === 'processing';
      return open ? { chargeId: attempt.chargeId } : null;
    },
    call: async (prepared, task) => {
      const { attemptId } = task.payload as ChargePayload;
      return prepared && foundation.provider.findCharge(attemptId, prepared.chargeId);
    },
    record: (news, task, tx) => recordNews(foundation, task.payload as ChargePayload, news, tx),
  });

/** Calls off a charge that the provider still works on. If it is too late, what was taken is paid back. */
export const voidChargeTask = (foundation: Foundation, leaseMs: number): Step =>
  outsideCall<string | null, ChargeNews | null>({
    leaseMs,
    async prepare(task, tx) {
      const { paymentId, attemptId } = task.payload as ChargePayload;
      const locked = await changeKnown(tx, foundation, nobody, paymentId, () => []);
      const attempt = locked && attemptOf(locked.payment, attemptId);
      return attempt?.status === 'processing' ? attempt.chargeId : null;
    },
    async call(chargeId) {
      const news = chargeId && (await foundation.provider.voidCharge(chargeId));
      // Without an answer, the questions that run anyway will tell.
      return news && news.is !== 'silent' && news.is !== 'processing' ? news : null;
    },
    record: (news, task, tx) => recordNews(foundation, task.payload as ChargePayload, news, tx),
  });

async function recordNews(
  foundation: Foundation,
  { paymentId, attemptId }: ChargePayload,
  news: ChargeNews | null,
  tx: Parameters<Step['record']>[2],
): Promise<void> {
  if (!news) return;
  await changeKnown(tx, foundation, nobody, paymentId, ({ payment }, now) =>
    learn(payment, attemptId, news, foundation.rules, now),
  );
}
