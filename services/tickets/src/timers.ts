import { schedule } from '@carethread/bus/task.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { TicketId } from '@carethread/contracts/ids.ts';
import { claimIn, type Ticket } from './ticket.ts';

/** What a timer's task carries. A timer that finds another lease or a later end does nothing. */
export interface LeasePayload {
  ticketId: TicketId;
  fence: number;
  leaseUntil: string;
}
export interface ExpiryPayload {
  ticketId: TicketId;
}

/** Part of a lease after which its holder is reminded. */
const reminderAt = 0.75;

/**
 * Sets the timers a change calls for. Earlier ones are left to run into the void: to remove a task that is just being
 * run, we would have to wait for its lock while it waits for our ticket.
 */
export function scheduleTimers(tx: Tx, before: Ticket | null, after: Ticket, now: Date): void {
  const { id: ticketId, expiresAt } = after;
  if (before?.expiresAt.getTime() !== expiresAt.getTime())
    schedule(tx, {
      key: `expire:${ticketId}:${expiresAt.getTime()}`,
      kind: 'expire',
      payload: { ticketId } satisfies ExpiryPayload,
      dueAt: expiresAt,
    });
  const claim = claimIn(after.state);
  const former = before && claimIn(before.state);
  if (!claim || (former?.fence === claim.fence && former.leaseUntil.getTime() === claim.leaseUntil.getTime()))
    return;
  const { fence, leaseUntil } = claim;
  const lease = `${ticketId}:${fence}:${leaseUntil.getTime()}`;
  const payload: LeasePayload = { ticketId, fence, leaseUntil: leaseUntil.toISOString() };
  const remindAt = new Date(now.getTime() + (leaseUntil.getTime() - now.getTime()) * reminderAt);
  schedule(tx, { key: `lease-reminder:${lease}`, kind: 'lease-reminder', payload, dueAt: remindAt });
  schedule(tx, { key: `lease-end:${lease}`, kind: 'lease-end', payload, dueAt: leaseUntil });
}
