import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { presentAccessCode } from '../access-code.ts';
import type { Caller } from '../cause.ts';
import { type Claimed, claimOnce } from '../claiming.ts';
import type { Foundation } from '../foundation.ts';
import { normalTicketNumber } from '../ticket-number.ts';
import { ticketColumns, type TicketRow } from '../ticket-row.ts';
import { firstTicket } from '../ticket-store.ts';

const inputSchema = z.object({
  idempotencyKey: idSchema<'Key'>(),
  number: z.string().max(100),
  accessCode: z.string().trim().max(100),
});

const lockByCode = `SELECT ${ticketColumns} FROM ticket WHERE number = $1 AND any_pharmacy
  AND id = (SELECT ticket_id FROM access_code WHERE code = $2) FOR UPDATE`;

/**
 * Any pharmacy that is shown number and access code claims a ticket that is open to all; it becomes the ticket's
 * pharmacy. A wrong code and an unknown number get the same answer.
 */
export async function claimTicketByNumber(
  foundation: Foundation,
  caller: Caller,
  raw: unknown,
): Promise<Claimed | Refusal> {
  const input = checkInput(inputSchema, raw);
  if (input instanceof Refusal) return input;
  const { idempotencyKey: key, accessCode } = input;
  const command = { name: 'claimTicketByNumber', key, input };
  return claimOnce(foundation, caller, command, { takeOver: false }, async (tx) => {
    presentAccessCode(tx, accessCode);
    const number = normalTicketNumber(input.number);
    const ticket = firstTicket(await tx.query<TicketRow>(lockByCode, [number, accessCode]));
    return (
      ticket ??
      refuse('NOT_FOUND', 'There is no ticket with this number and access code.', {
        path: ['input', 'number'],
      })
    );
  });
}
