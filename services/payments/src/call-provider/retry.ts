import type { Timer } from '@carethread/bus/task-handlers.ts';
import { nobody } from '@carethread/service-kit/cause.ts';
import { changeKnown } from '../change-payment.ts';
import { retryByItself } from '../decisions/start.ts';
import type { Foundation } from '../foundation.ts';
import type { RetryPayload } from '../schedule-effects.ts';

/** The time of an automatic try has come (P-04). Runs in the transaction that removes the timer: never twice. */
export const retryTimer =
  (foundation: Foundation): Timer =>
  async (task, tx) => {
    const { paymentId, plannedAt } = task.payload as RetryPayload;
    await changeKnown(tx, foundation, nobody, paymentId, ({ payment, ticket }, now) =>
      retryByItself(payment, { plannedAt: new Date(plannedAt), ticket: ticket.status }, now),
    );
  };
