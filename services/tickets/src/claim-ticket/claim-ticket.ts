import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { Caller } from '../cause.ts';
import { noSuchTicket } from '../change-ticket.ts';
import { type Given, take } from '../claiming.ts';
import type { Foundation } from '../foundation.ts';
import { lockTicket } from '../ticket-store.ts';

const inputSchema = z.object({
  idempotencyKey: idSchema<'Key'>(),
  ticketId: idSchema<'Ticket'>(),
  expectedVersion: z.int().nullish(),
  takeOver: z.boolean().nullish(),
});

/** A pharmacist claims a ticket of the pharmacy, or takes it over from a colleague (T-06, T-07). */
export async function claimTicket(
  foundation: Foundation,
  caller: Caller,
  raw: unknown,
): Promise<Given | Refusal> {
  const input = checkInput(inputSchema, raw);
  if (input instanceof Refusal) return input;
  const { idempotencyKey: key } = input;
  return foundation.database.command({ actor: caller.actor, name: 'claimTicket', key, input }, async (tx) => {
    const ticket = await lockTicket(tx, input.ticketId);
    if (!ticket) return noSuchTicket();
    const { expectedVersion, takeOver } = input;
    return take(foundation, caller, tx, ticket, { expectedVersion, takeOver: takeOver ?? false });
  });
}
