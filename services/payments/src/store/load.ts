import type { Tx } from '@carethread/bus/transaction.ts';
import type { TicketStatus } from '@carethread/contracts/events/tickets.ts';
import type { PaymentId, TicketId } from '@carethread/contracts/ids.ts';
import type { Payment } from '../payment.ts';
import {
  attemptColumns,
  type AttemptRow,
  paymentColumns,
  type PaymentRow,
  refundColumns,
  type RefundRow,
  toPayment,
} from './payment-row.ts';

/** A payment, locked until the transaction ends, and where its ticket stands as far as we know. */
export interface Locked {
  payment: Payment;
  ticket: { status: TicketStatus; partHandedOver: boolean };
}

const lock = `SELECT ${paymentColumns} FROM payment WHERE id = $1 FOR UPDATE`;
const attempts = `SELECT ${attemptColumns} FROM attempt WHERE payment_id = $1 ORDER BY number`;
const refunds = `SELECT ${refundColumns} FROM refund WHERE payment_id = $1 ORDER BY number`;
const ticket = `SELECT status, part_handed_over AS "partHandedOver" FROM ticket
  WHERE id = (SELECT ticket_id FROM payment WHERE id = $1)`;

/** One round trip. Null when there is no such payment or the caller may not see it. */
export async function lockPayment(tx: Tx, id: PaymentId): Promise<Locked | null> {
  // Statements after the lock, which may have waited: each of them sees what was committed meanwhile.
  const [[row], attemptRows, refundRows, [standing]] = await Promise.all([
    tx.query<PaymentRow>(lock, [id]),
    tx.query<AttemptRow>(attempts, [id]),
    tx.query<RefundRow>(refunds, [id]),
    tx.query<Locked['ticket']>(ticket, [id]),
  ]);
  if (!row || !standing) return null;
  return { payment: toPayment(row, attemptRows, refundRows), ticket: standing };
}

const ofTicket = 'SELECT id FROM payment WHERE ticket_id = $1 ORDER BY id';

/** Ids of a ticket's payments, in the order in which everybody locks them. */
export const paymentsOf = async (tx: Tx, ticketId: TicketId): Promise<PaymentId[]> =>
  (await tx.query<{ id: PaymentId }>(ofTicket, [ticketId])).map(({ id }) => id);

/**
 * From here on, until the transaction ends, nobody else asks for a payment of this ticket or ends all of them: a payment
 * that is being asked for is either found by the ticket's end, or finds that the ticket has ended.
 */
export const queueForTicket = (tx: Tx, ticketId: TicketId): void =>
  tx.send('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [ticketId]);
