import type { Handlers } from '@carethread/bus/handlers.ts';
import type { TaskHandlers } from '@carethread/bus/task-handlers.ts';
import { askChargeTask, chargeTask, voidChargeTask } from './call-provider/charge.ts';
import { refundTask } from './call-provider/refund.ts';
import { retryTimer } from './call-provider/retry.ts';
import type { Foundation } from './foundation.ts';
import { noticeTimer } from './receive-webhook/apply-notice.ts';
import {
  whenFillHandedOver,
  whenTicketMoved,
  whenTicketOpened,
} from './when-ticket-changes/when-ticket-changes.ts';
import { whenRenewalRefundRequested } from './when-renewal-requested/when-renewal-refund-requested.ts';
import { whenRenewalRequested } from './when-renewal-requested/when-renewal-requested.ts';

/** What we do about every event we subscribe to. */
export const reactions = (foundation: Foundation): Handlers<'payments'> => ({
  'tickets.ticket.opened.v1': whenTicketOpened,
  'tickets.ticket.moved.v1': whenTicketMoved(foundation),
  'prescriptions.fill.handed_over.v1': whenFillHandedOver,
  'prescriptions.renewal.requested.v1': whenRenewalRequested(foundation),
  'prescriptions.renewal.refund_requested.v1': whenRenewalRefundRequested(foundation),
});

/** What we do when a task is due. A lease outlasts the longest call, so that nobody else makes the same one meanwhile. */
export function tasks(foundation: Foundation, longestCallMs: number): TaskHandlers {
  const leaseMs = Math.ceil(longestCallMs * 1.2) + 2_000;
  return {
    charge: chargeTask(foundation, leaseMs),
    'ask-charge': askChargeTask(foundation, leaseMs),
    'void-charge': voidChargeTask(foundation, leaseMs),
    // It asks before it pays back: two calls.
    refund: refundTask(foundation, leaseMs * 2),
    retry: retryTimer(foundation),
    notice: noticeTimer(foundation),
  };
}
