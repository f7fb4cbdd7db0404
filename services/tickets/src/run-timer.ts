import type { Timer } from '@carethread/bus/task-handlers.ts';
import type { TicketId } from '@carethread/contracts/ids.ts';
import { byTimer } from './cause.ts';
import { lockTicket, saveTicket } from './ticket-store.ts';
import type { Fact, Ticket } from './ticket.ts';

/**
 * A timer of a ticket: load and lock, decide, save, in the transaction that removes the task. The time is at least the
 * one it was set for: it was due by the clock that started it, and a clock that lags must not make it void.
 */
export const ticketTimer =
  <Payload extends { ticketId: TicketId }>(
    now: () => Date,
    decide: (ticket: Ticket, payload: Payload, at: Date) => Fact[],
  ): Timer =>
  async (task, tx) => {
    const payload = task.payload as Payload;
    const ticket = await lockTicket(tx, payload.ticketId);
    if (!ticket) return;
    const at = new Date(Math.max(now().getTime(), task.dueAt.getTime()));
    saveTicket(tx, ticket, decide(ticket, payload, at), byTimer(at));
  };
