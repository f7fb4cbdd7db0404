import type { TicketStatus } from '@carethread/contracts/events/tickets.ts';
import type { OrganisationId, TicketId, UserId } from '@carethread/contracts/ids.ts';
import { refuse, type Refusal } from '@carethread/service-kit/refusal.ts';

/** What this service knows about a ticket from its events. */
export interface TicketCopy {
  id: TicketId;
  status: TicketStatus;
  pharmacyId: OrganisationId | null;
  /** Zone the pharmacy works in; UTC while it is not known. */
  timeZone: string;
  /** Of the pharmacy, as ISO 3166; null while it is not known. */
  jurisdiction: string | null;
  /** Highest fence given out so far. */
  fence: number;
  /** Highest fence whose hold has ended. */
  endedFence: number;
  held: boolean;
}

/** What a verified claim token says. */
export interface Claim {
  ticketId: TicketId;
  pharmacyId: OrganisationId;
  fence: number;
}

/** A pharmacist at work: who writes, for which pharmacy, under which claim. */
export interface Holder extends Claim {
  userId: UserId;
}

const ended: readonly TicketStatus[] = ['cancel_marked', 'cancelled', 'expired', 'not_fulfilled', 'closed'];

/** Nothing more can be prescribed or handed over on a ticket in such a status. */
export const isEnded = (status: TicketStatus): boolean => ended.includes(status);

/** Whether this claim may still write. Its signature and lease were checked before. */
export function checkHold(ticket: TicketCopy, claim: Claim): Refusal | null {
  if (claim.fence <= ticket.endedFence)
    return refuse('STALE_CLAIM', 'This claim was returned or has ended: claim the ticket again.');
  if (claim.fence < ticket.fence)
    return refuse('STALE_CLAIM', 'The ticket was claimed or taken over since: this claim counts no more.');
  if (isEnded(ticket.status))
    return refuse('ILLEGAL_MOVE', `The ticket is ${ticket.status}.`, { currentStatus: ticket.status });
  return null;
}
