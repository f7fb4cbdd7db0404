import type { Refusal } from '@carethread/service-kit/refusal.ts';
import type { Caller } from '../cause.ts';
import { codeOf } from '../codes.ts';
import { decline } from '../decisions/work.ts';
import type { Foundation } from '../foundation.ts';
import { declineReasons } from '../reasons.ts';
import type { Ticket } from '../ticket.ts';
import { changeUnderClaim, underClaimInput } from '../under-claim.ts';

const inputSchema = underClaimInput.extend({ reason: codeOf(declineReasons) });

/** The pharmacy says, with a coded reason, that a ticket it has just claimed is not to be fulfilled by anybody. */
export const declineTicket = (
  foundation: Foundation,
  caller: Caller,
  raw: unknown,
): Promise<Ticket | Refusal> =>
  changeUnderClaim(foundation, caller, inputSchema, raw, (ticket, on, now, { reason }) =>
    decline(ticket, on, reason, now),
  );
