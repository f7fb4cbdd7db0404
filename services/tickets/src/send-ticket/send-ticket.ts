import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { Caller } from '../cause.ts';
import { changeTicket } from '../change-ticket.ts';
import { send } from '../decisions/work.ts';
import type { Foundation } from '../foundation.ts';
import type { Ticket } from '../ticket.ts';

const inputSchema = z.object({ ticketId: idSchema<'Ticket'>(), expectedVersion: z.int() });

/** The doctor sends a consultation, lab request or referral. A prescription's ticket is sent by its release. */
export async function sendTicket(
  foundation: Foundation,
  caller: Caller,
  raw: unknown,
): Promise<Ticket | Refusal> {
  const input = checkInput(inputSchema, raw);
  if (input instanceof Refusal) return input;
  return changeTicket(foundation, caller, input.ticketId, (ticket) => send(ticket, input.expectedVersion));
}
