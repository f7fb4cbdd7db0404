import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { Caller } from '../cause.ts';
import { noSuchTicket } from '../change-ticket.ts';
import { type Claimed, claimOnce } from '../claiming.ts';
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
): Promise<Claimed | Refusal> {
  const input = checkInput(inputSchema, raw);
  if (input instanceof Refusal) return input;
  const { idempotencyKey: key, expectedVersion, takeOver } = input;
  return claimOnce(
    foundation,
    caller,
    { name: 'claimTicket', key, input },
    { expectedVersion, takeOver: takeOver ?? false },
    async (tx) => (await lockTicket(tx, input.ticketId)) ?? noSuchTicket(),
  );
}
