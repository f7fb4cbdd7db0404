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

/** What came of a claim. */
export interface Claimed {
  given: Given;
  /** The ticket as this request left it; null when the claim was given before, and the ticket has to be read. */
  ticket: Ticket | null;
}

/** Claims the ticket that `find` locks for the pharmacy the caller acts for, once per idempotency key. */
export async function claimOnce(
  { database, rules, now }: Foundation,
  caller: Caller,
  command: { name: string; key: string; input: unknown },
  wish: { takeOver: boolean; expectedVersion?: number | null | undefined },
  find: (tx: Tx) => Promise<Ticket | Refusal>,
): Promise<Claimed | Refusal> {
  const { organisationId: pharmacyId, userId } = caller.actor;
  const made: { given?: Given; ticket?: Ticket } = {};
  const given = await database.command({ actor: caller.actor, ...command }, async (tx) => {
    const ticket = await find(tx);
    if (ticket instanceof Refusal) return ticket;
    const at = now();
    const facts = decideClaim(ticket, { ...wish, pharmacyId, userId }, rules.leaseMs, at);
    if (facts instanceof Refusal) return facts;
    made.ticket = saveTicket(tx, ticket, facts, byRequest(caller, at));
    const held = claimIn(made.ticket.state);
    if (!held) throw new Error('A claim was decided and nobody holds the ticket.');
    return (made.given = givenFrom(ticket.id, held));
  });
  if (given instanceof Refusal) return given;
  // What a repeat decided was rolled back; its answer is the one that was kept.
  return { given, ticket: made.given === given ? made.ticket! : null };
}

const givenFrom = (ticketId: TicketId, { fence, pharmacyId, userId, leaseUntil }: Claim): Given => ({
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
