import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { Caller } from '../cause.ts';
import { changeTicket } from '../change-ticket.ts';
import { close, finish } from '../decisions/work.ts';
import type { Foundation } from '../foundation.ts';
import type { Ticket } from '../ticket.ts';
import { changeUnderClaim, underClaimInput } from '../under-claim.ts';

const byDoctor = z.object({ ticketId: idSchema<'Ticket'>(), expectedVersion: z.int() });

/**
 * Ends a ticket without a prescription: the pharmacy that holds it under its claim, or the doctor when no pharmacy has a
 * part in it.
 */
export async function closeTicket(
  foundation: Foundation,
  caller: Caller,
  raw: unknown,
): Promise<Ticket | Refusal> {
  if (caller.actor.role === 'pharmacist')
    return changeUnderClaim(foundation, caller, underClaimInput, raw, close);
  const input = checkInput(byDoctor, raw);
  if (input instanceof Refusal) return input;
  return changeTicket(foundation, caller, input.ticketId, (ticket) => finish(ticket, input.expectedVersion));
}
