import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { Caller } from './cause.ts';
import { changeTicket } from './change-ticket.ts';
import { type Presented, staleClaim, type UnderClaim } from './decisions/claim.ts';
import type { Foundation } from './foundation.ts';
import type { Fact, Ticket } from './ticket.ts';

export const claimFields = { ticketId: idSchema<'Ticket'>(), claimToken: z.string().max(2_000) };

/** Input of everything a pharmacy does under its claim; some verbs ask for more. */
export const underClaimInput = z.object({ ...claimFields, expectedVersion: z.int() });

/** What the token a pharmacy presents says; another pharmacy's token says nothing to us. */
export function presentedClaim(
  { tokens, now }: Foundation,
  { actor }: Caller,
  token: string,
): Presented | Refusal {
  const presented = tokens.read(token, now());
  if (presented instanceof Refusal || presented.pharmacyId === actor.organisationId) return presented;
  return staleClaim();
}

/** One change a pharmacy makes under its claim. */
export async function changeUnderClaim<Input extends z.infer<typeof underClaimInput>>(
  foundation: Foundation,
  caller: Caller,
  schema: z.ZodType<Input, unknown>,
  raw: unknown,
  decide: (ticket: Ticket, on: UnderClaim, now: Date, input: Input) => Fact[] | Refusal,
): Promise<Ticket | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const presented = presentedClaim(foundation, caller, input.claimToken);
  if (presented instanceof Refusal) return presented;
  const on = { presented, expectedVersion: input.expectedVersion };
  return changeTicket(foundation, caller, input.ticketId, (ticket, now) => decide(ticket, on, now, input));
}
