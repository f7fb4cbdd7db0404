import type { Refusal } from '@carethread/service-kit/refusal.ts';
import type { Caller } from '../cause.ts';
import { codeOf } from '../codes.ts';
import { giveBack } from '../decisions/claim.ts';
import type { Foundation } from '../foundation.ts';
import { returnReasons } from '../reasons.ts';
import type { Ticket } from '../ticket.ts';
import { changeUnderClaim, underClaimInput } from '../under-claim.ts';

const inputSchema = underClaimInput.extend({ reason: codeOf(returnReasons) });

/** The pharmacy gives a ticket back to the pool (T-08). Its claim dies; the ticket can be claimed again. */
export const returnTicket = (
  foundation: Foundation,
  caller: Caller,
  raw: unknown,
): Promise<Ticket | Refusal> =>
  changeUnderClaim(foundation, caller, inputSchema, raw, (ticket, on, now, { reason }) =>
    giveBack(ticket, on, reason, now),
  );
