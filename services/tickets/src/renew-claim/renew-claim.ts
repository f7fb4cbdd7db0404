import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { Caller } from '../cause.ts';
import { changeTicket } from '../change-ticket.ts';
import { renew } from '../decisions/claim.ts';
import type { Foundation } from '../foundation.ts';
import type { Ticket } from '../ticket.ts';
import { claimFields, presentedClaim } from '../under-claim.ts';

/** No version: a renewal decides nothing on what was read, and the fence guards it. */
const inputSchema = z.object(claimFields);

/** The holder keeps the ticket for another lease, counted from now. The fence stays, the token is new. */
export async function renewClaim(
  foundation: Foundation,
  caller: Caller,
  raw: unknown,
): Promise<Ticket | Refusal> {
  const input = checkInput(inputSchema, raw);
  if (input instanceof Refusal) return input;
  const presented = presentedClaim(foundation, caller, input.claimToken);
  if (presented instanceof Refusal) return presented;
  return changeTicket(foundation, caller, input.ticketId, (ticket, now) =>
    renew(ticket, presented, foundation.rules.leaseMs, now),
  );
}
