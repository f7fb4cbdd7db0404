import { Refusal } from '@carethread/service-kit/refusal.ts';
import { claimFrom, type Given } from '../claiming.ts';
import type { Context } from './context.ts';

/** What a pharmacist gets for a claim: the claim as it was given, and the ticket as it is now. */
export async function claimPayload({ loaders }: Context, given: Given | Refusal) {
  if (given instanceof Refusal) return { claim: null, ticket: null, userErrors: [...given.userErrors] };
  const { ticketId } = given;
  return {
    claim: { ticketId, claim: claimFrom(given) },
    ticket: await loaders.ticket.load(ticketId),
    userErrors: [],
  };
}
