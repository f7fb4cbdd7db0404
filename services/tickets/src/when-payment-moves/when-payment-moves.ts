import type { PaymentId, TicketId } from '@carethread/contracts/ids.ts';
import { note } from '../decisions/note.ts';
import { reaction } from '../react.ts';

/**
 * Asked for, being made, unknown, paid, failed, cancelled, on its way back, paid back, or in somebody's hands: on the
 * timeline, without consequence for the ticket.
 */
export const whenPaymentMoves = reaction<{ paymentId: PaymentId; ticketId: TicketId }>((_, { type, data }) =>
  note(type, data.paymentId),
);
