import { Refusal } from '@carethread/service-kit/refusal.ts';
import { claimFrom, type Claimed } from '../claiming.ts';
import type { Context } from './context.ts';

/** What a pharmacist gets for a claim: the claim as it was given, and the ticket as it is now. */
export async function claimPayload({ loaders }: Context, claimed: Claimed | Refusal) {
  if (claimed instanceof Refusal) return { claim: null, ticket: null, userErrors: [...claimed.userErrors] };
  const { given, ticket } = claimed;
  const { ticketId } = given;
  return {
    claim: { ticketId, claim: claimFrom(given) },
    ticket: ticket ?? (await loaders.ticket.load(ticketId)),
    userErrors: [],
  };
}
