import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { Caller } from '../cause.ts';
import { codeOf } from '../codes.ts';
import { changeTicket } from '../change-ticket.ts';
import { cancel, type CancelOutcome } from '../decisions/cancel.ts';
import type { Foundation } from '../foundation.ts';
import { cancelReasons } from '../reasons.ts';
import type { Ticket } from '../ticket.ts';

const inputSchema = z.object({
  ticketId: idSchema<'Ticket'>(),
  reason: codeOf(cancelReasons),
  expectedVersion: z.int().nullish(),
});

export interface Cancelled {
  /** Null when the input was wrong or based on an older version. */
  outcome: CancelOutcome | null;
  ticket: Ticket | Refusal;
}

/** A party asks for a cancellation and gets a typed outcome (T-10). */
export async function cancelTicket(foundation: Foundation, caller: Caller, raw: unknown): Promise<Cancelled> {
  const input = checkInput(inputSchema, raw);
  if (input instanceof Refusal) return { outcome: null, ticket: input };
  const { userId, role } = caller.actor;
  let outcome: CancelOutcome | null = 'NOT_FOUND';
  const ticket = await changeTicket(foundation, caller, input.ticketId, (current) => {
    const decision = cancel(current, {
      ...input,
      by: role === 'patient' || role === 'doctor' ? role : 'pharmacy',
      userId,
    });
    outcome = decision.outcome;
    return decision.facts;
  });
  return { outcome, ticket };
}
