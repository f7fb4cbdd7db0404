import type { Tx } from '@carethread/bus/transaction.ts';
import type { TicketId } from '@carethread/contracts/ids.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { byRequest, type Caller } from './cause.ts';
import type { Foundation } from './foundation.ts';
import { lockTicket, saveTicket } from './ticket-store.ts';
import type { Fact, Ticket } from './ticket.ts';

export const noSuchTicket = (field = 'ticketId'): Refusal =>
  refuse('NOT_FOUND', 'There is no such ticket.', { path: ['input', field] });

/**
 * One change a person makes to a ticket: load and lock, decide, save, in one transaction and two round trips. `also`
 * writes what goes with the change.
 */
export const changeTicket = (
  foundation: Foundation,
  caller: Caller,
  ticketId: TicketId,
  decide: (ticket: Ticket, now: Date) => Fact[] | Refusal,
  also?: (tx: Tx, before: Ticket, after: Ticket) => void,
): Promise<Ticket | Refusal> =>
  foundation.database.asActor<Ticket | Refusal>(caller.actor, async (tx) => {
    const before = await lockTicket(tx, ticketId);
    if (!before) return noSuchTicket();
    const now = foundation.now();
    const facts = decide(before, now);
    if (facts instanceof Refusal) return facts;
    const after = saveTicket(tx, before, facts, byRequest(caller, now));
    also?.(tx, before, after);
    return after;
  });
