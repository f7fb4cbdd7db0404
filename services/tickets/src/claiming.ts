import type { Tx } from '@carethread/bus/transaction.ts';
import type { OrganisationId, TicketId, UserId } from '@carethread/contracts/ids.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { byRequest, type Caller } from './cause.ts';
import { decideClaim } from './decisions/claim.ts';
import type { Foundation } from './foundation.ts';
import { saveTicket } from './ticket-store.ts';
import { type Claim, claimIn, type Ticket } from './ticket.ts';

/** A claim as it is kept with its idempotency key, so that a repeat gets the same. Holds no secret: tokens are signed anew. */
export interface Given {
  ticketId: TicketId;
  fence: number;
  pharmacyId: OrganisationId;
  userId: UserId;
  leaseUntil: string;
}

/** Claims a locked ticket for the pharmacy the caller acts for. */
export function take(
  { rules, now }: Foundation,
  caller: Caller,
  tx: Tx,
  ticket: Ticket,
  wish: { takeOver: boolean; expectedVersion?: number | null | undefined },
): Given | Refusal {
  const { organisationId: pharmacyId, userId } = caller.actor;
  const at = now();
  const facts = decideClaim(ticket, { ...wish, pharmacyId, userId }, rules.leaseMs, at);
  if (facts instanceof Refusal) return facts;
  const held = claimIn(saveTicket(tx, ticket, facts, byRequest(caller, at)).state);
  if (!held) throw new Error('A claim was decided and nobody holds the ticket.');
  return givenFrom(ticket.id, held);
}

export const givenFrom = (ticketId: TicketId, { fence, pharmacyId, userId, leaseUntil }: Claim): Given => ({
  ticketId,
  fence,
  pharmacyId,
  userId,
  leaseUntil: leaseUntil.toISOString(),
});

/** The claim a pharmacist was given, as it is in a ticket. */
export const claimFrom = ({ fence, pharmacyId, userId, leaseUntil }: Given): Claim => ({
  fence,
  pharmacyId,
  userId,
  leaseUntil: new Date(leaseUntil),
});
