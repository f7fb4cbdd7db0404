import { endLease, type Lease, remindOfLease } from '../decisions/time.ts';
import { ticketTimer } from '../run-timer.ts';
import type { LeasePayload } from '../timers.ts';

const leaseOf = ({ fence, leaseUntil }: LeasePayload): Lease => ({ fence, leaseUntil: new Date(leaseUntil) });

/** A quarter of the lease is left: a reminder goes on the timeline. */
export const whenLeaseNearsItsEnd = (now: () => Date) =>
  ticketTimer<LeasePayload>(now, (ticket, payload) => remindOfLease(ticket, leaseOf(payload)));

/** The lease has ended: the ticket goes back to the pool by itself (T-09). */
export const whenLeaseEnds = (now: () => Date) =>
  ticketTimer<LeasePayload>(now, (ticket, payload, at) => endLease(ticket, leaseOf(payload), at));
