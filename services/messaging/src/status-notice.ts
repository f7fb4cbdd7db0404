import type { TicketStatus } from '@carethread/contracts/events/tickets.ts';

/** What a system message says, in codes; clients word it in their own language. */
export type Notice =
  | {
      readonly code: 'ticket.moved';
      readonly params: { readonly from: TicketStatus; readonly to: TicketStatus; readonly reason: string };
    }
  /** A later safety check has points the doctor has to answer; `cause` is why it was made. */
  | { readonly code: 'prescription.needs_doctor'; readonly params: { readonly cause: string } }
  | { readonly code: 'room.moved'; readonly params: { readonly to: 'active' | 'ended' } };

/** The same in English, for clients that do not know the code. It has to be right for every kind of ticket. */
export function noticeText(notice: Notice): string {
  switch (notice.code) {
    case 'ticket.moved':
      return movedText(notice.params);
    case 'prescription.needs_doctor':
      return 'A routine check has a question for the doctor. The prescription goes on when it is answered.';
    case 'room.moved':
      return notice.params.to === 'ended' ? 'The consultation has ended.' : 'The consultation goes on.';
    default:
      return notice satisfies never;
  }
}

function movedText({ from, to }: { from: TicketStatus; to: TicketStatus }): string {
  switch (to) {
    case 'created':
      return 'This was opened again.';
    case 'sent':
      return from === 'created' ? 'This was sent.' : 'This was given back and can be taken up again.';
    case 'received':
      return 'This was received.';
    case 'preparing':
      return 'Work on this has begun.';
    case 'ready':
      return 'This is ready.';
    case 'closed':
      return 'This is complete and now closed.';
    case 'cancel_marked':
      return 'Cancellation was asked for and has to be confirmed. Nothing will be handed over until then.';
    case 'cancelled':
      return 'This was cancelled.';
    case 'expired':
      return 'This has expired.';
    case 'not_fulfilled':
      return 'This cannot be fulfilled.';
    default:
      return to satisfies never;
  }
}
