import type { Actor } from '@carethread/contracts/actor.ts';
import type { TicketId } from '@carethread/contracts/ids.ts';
import { type Claim, claimIn, type Ticket } from '../ticket.ts';

/** A claim with the ticket it is on. */
export interface ShownClaim {
  ticketId: TicketId;
  claim: Claim;
}

export function shownClaim(ticket: Ticket): ShownClaim | null {
  const claim = claimIn(ticket.state);
  return claim && { ticketId: ticket.id, claim };
}

/** Whether this person holds the claim: only they may have its token, again after a lost reply, too. */
export const isHolder = (actor: Actor | null, { claim }: ShownClaim): boolean =>
  actor?.role === 'pharmacist' && actor.organisationId === claim.pharmacyId && actor.userId === claim.userId;
