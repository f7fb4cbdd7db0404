import type { Refusal } from '@carethread/service-kit/refusal.ts';
import type { Caller } from '../cause.ts';
import * as decisions from '../decisions/work.ts';
import type { Foundation } from '../foundation.ts';
import type { Ticket } from '../ticket.ts';
import { changeUnderClaim, underClaimInput } from '../under-claim.ts';

/** The pharmacy begins to work on a ticket it holds. */
export const startPreparing = (
  foundation: Foundation,
  caller: Caller,
  raw: unknown,
): Promise<Ticket | Refusal> =>
  changeUnderClaim(foundation, caller, underClaimInput, raw, decisions.startPreparing);
