import { Refusal } from '@carethread/service-kit/refusal.ts';
import { type Claim, claimIn, type Fact, type Ticket } from '../ticket.ts';
import { expiryAfterReturn } from './claim.ts';
import { move } from './move.ts';
import { note } from './note.ts';

/** Which lease a timer was set for. A renewed or newer one is not its business. */
export type Lease = Pick<Claim, 'fence' | 'leaseUntil'>;

/** The lease has ended: the ticket goes back to the pool. No facts when that lease is no longer the current one. */
export function endLease(ticket: Ticket, lease: Lease, now: Date): Fact[] {
  if (!isCurrent(ticket, lease)) return [];
  if (ticket.state.status === 'cancel_marked')
    return certain(move(ticket, 'end_marked_lease', 'clock', { status: 'cancelled' }, 'lease_ended'));
  const returned = certain(move(ticket, 'end_lease', 'clock', { status: 'sent' }, 'lease_ended'));
  return [...returned, ...expiryAfterReturn(ticket, now)];
}

export const claimReminder = 'tickets.claim.ending';

/** A quarter of the lease is left. */
export const remindOfLease = (ticket: Ticket, lease: Lease): Fact[] =>
  isCurrent(ticket, lease) ? note(claimReminder, ticket.id) : [];

/** The validity has ended. No facts for a ticket that is held, has ended, or was given a later end. */
export function expire(ticket: Ticket, now: Date): Fact[] {
  if (now < ticket.expiresAt) return [];
  const expired = move(ticket, 'expire', 'clock', { status: 'expired' }, 'validity_ended');
  return expired instanceof Refusal ? [] : expired;
}

function isCurrent(ticket: Ticket, lease: Lease): boolean {
  const claim = claimIn(ticket.state);
  return claim?.fence === lease.fence && claim.leaseUntil.getTime() === lease.leaseUntil.getTime();
}

/** The table has these moves from every held status; that it does is tested. */
function certain(facts: Fact[] | Refusal): Fact[] {
  if (facts instanceof Refusal) throw new Error('The table of legal moves lacks the end of a lease.');
  return facts;
}
