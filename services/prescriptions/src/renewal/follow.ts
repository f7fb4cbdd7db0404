import type { TicketStatus } from '@carethread/contracts/events/tickets.ts';
import type { PrescriptionId } from '@carethread/contracts/ids.ts';
import {
  end,
  isOver,
  type MoneyState,
  type Renewal,
  type Settled,
  settle,
  waitsForMoney,
} from './renewal.ts';

/** How long a renewal waits, in milliseconds. */
export interface Patience {
  /** For the patient to pay, from the request or the last refusal on. */
  readonly paymentMs: number;
  /** For somebody to approve it, and after that for its document. */
  readonly approvalMs: number;
}
const after = (now: Date, ms: number) => new Date(now.getTime() + ms);

/** What payments says, as far as a renewal goes. */
export type MoneyNews =
  | { readonly is: 'processing' | 'unknown' | 'succeeded' }
  | { readonly is: 'failed'; readonly cause: string }
  | { readonly is: 'cancelled'; readonly reason: string }
  | { readonly is: 'refunding'; readonly reason: string }
  | { readonly is: 'refunded'; readonly reason: string; readonly whole: boolean }
  | { readonly is: 'attention_needed'; readonly kind: string };

/** What news of the money mean. Null when they change nothing here. */
export function onMoney(renewal: Renewal, news: MoneyNews, patience: Patience, now: Date): Settled | null {
  const waits = waitsForMoney(renewal);
  switch (news.is) {
    case 'processing':
    case 'unknown':
      return waits && renewal.state !== news.is
        ? settle(renewal, now, { state: news.is }, [{ kind: news.is }])
        : null;
    case 'failed':
      if (!waits || renewal.state === 'rejected') return null;
      return settle(renewal, now, { state: 'rejected', deadline: after(now, patience.paymentMs) }, [
        { kind: 'rejected', reason: news.cause },
      ]);
    case 'succeeded':
      if (!waits) return withMoney(renewal, 'taken', now);
      return awaitApproval({ ...renewal, money: 'taken' }, patience, now);
    case 'cancelled': {
      const kept = { ...renewal, money: 'never_taken' as const };
      if (isOver(renewal)) return settle(kept, now, {}, [{ kind: 'not_charged', reason: news.reason }]);
      // The patient does not want to pay, and so does not want the prescription.
      return end(kept, news.reason === 'ticket_expired' ? 'expired' : 'cancelled', news.reason, now);
    }
    case 'refunding':
      // A second charge that goes back is not the money of this renewal.
      if (news.reason === 'charged_twice') return null;
      return settle(renewal, now, { money: 'going_back' }, [{ kind: 'refunding', reason: news.reason }]);
    case 'refunded':
      if (news.reason === 'charged_twice') return null;
      return settle(renewal, now, { money: news.whole ? 'back' : 'taken' }, [
        { kind: 'refunded', reason: news.reason },
      ]);
    case 'attention_needed':
      return settle(renewal, now, { money: 'with_person' }, [{ kind: 'with_person', reason: news.kind }]);
    default:
      return news satisfies never;
  }
}

const withMoney = (renewal: Renewal, money: MoneyState, now: Date): Settled | null =>
  renewal.money === money ? null : settle(renewal, now, { money }, []);

/** Paid, or free: on to whoever approves. A free one passes the same states, and says that it is free. */
export function awaitApproval(renewal: Renewal, { approvalMs }: Patience, now: Date): Settled {
  const free = renewal.price === null;
  return settle(
    renewal,
    now,
    { state: 'awaiting_approval', deadline: after(now, approvalMs) },
    [
      ...(free ? ([{ kind: 'processing', reason: 'free' }] as const) : []),
      { kind: 'awaiting_approval', reason: free ? 'free' : null },
    ],
    { kind: 'awaiting_approval' },
  );
}

/** The ticket ended some way, as tickets says. Null when that changes nothing here. */
export function onTicket(
  renewal: Renewal,
  { to, reason }: { to: TicketStatus; reason: string },
  now: Date,
): Settled | null {
  if (isOver(renewal)) return null;
  switch (to) {
    case 'cancelled':
    case 'not_fulfilled':
      return end(renewal, 'cancelled', reason, now);
    case 'expired':
      return end(renewal, 'expired', reason, now);
    case 'closed':
      // Handed over at a counter, or downloaded: either way the patient has it.
      return ['approved', 'ready', 'downloaded'].includes(renewal.state)
        ? settle(renewal, now, { state: 'closed', deadline: null }, [{ kind: 'closed', reason }])
        : end(renewal, 'cancelled', reason, now);
    case 'created':
    case 'sent':
    case 'received':
    case 'preparing':
    case 'ready':
    case 'cancel_marked':
      return null;
    default:
      return to satisfies never;
  }
}

/** Somebody with the right to it says that it may be. The new prescription exists in the same transaction. */
export const approve = (
  renewal: Renewal,
  by: { userId: Renewal['patientId']; prescriptionId: PrescriptionId },
  { approvalMs }: Patience,
  now: Date,
): Settled =>
  settle(
    renewal,
    now,
    {
      state: 'approved',
      decidedBy: by.userId,
      decidedAt: now,
      prescriptionId: by.prescriptionId,
      deadline: after(now, approvalMs),
    },
    [{ kind: 'approved' }],
    { kind: 'approved' },
  );

/** Its document is there. From here on the prescription's own validity is the limit. */
export const onDocument = (renewal: Renewal, documentId: string, now: Date): Settled | null =>
  renewal.state === 'approved'
    ? settle(renewal, now, { state: 'ready', documentId, deadline: null }, [{ kind: 'ready' }], {
        kind: 'ready',
      })
    : null;

export const onDownload = (renewal: Renewal, now: Date): Settled | null =>
  renewal.state === 'ready'
    ? settle(renewal, now, { state: 'downloaded' }, [{ kind: 'downloaded' }], { kind: 'downloaded' })
    : null;

/** The time to wait is over. Null when something came of it meanwhile, or it waits for something else by now. */
export function onDeadline(renewal: Renewal, deadline: Date, now: Date): Settled | null {
  if (isOver(renewal) || renewal.deadline?.getTime() !== deadline.getTime()) return null;
  return end(renewal, 'expired', waitsForMoney(renewal) ? 'payment_deadline' : 'approval_deadline', now);
}
