import type { Handler } from '@carethread/bus/handlers.ts';
import type { EventEnvelope } from '@carethread/contracts/define-event.ts';
import type { TicketId } from '@carethread/contracts/ids.ts';
import { byEvent } from './cause.ts';
import { lockTicket, saveTicket } from './ticket-store.ts';
import type { Fact, Ticket } from './ticket.ts';

/**
 * A reaction to another service's event about a ticket: load and lock, decide, save, in the transaction that remembers
 * the event. An event about a ticket we do not have is a fault somewhere; it is set aside and shows up there.
 */
export const reaction =
  <Data extends { ticketId: TicketId }>(
    decide: (ticket: Ticket, event: EventEnvelope<Data>) => Fact[],
  ): Handler<Data> =>
  async (event, tx) => {
    const ticket = await lockTicket(tx, event.data.ticketId);
    if (!ticket) throw new Error(`${event.type} is about a ticket that does not exist.`);
    saveTicket(tx, ticket, decide(ticket, event), byEvent(event));
  };
