import type { Refusal } from '@carethread/service-kit/refusal.ts';
import type { Caller } from '../cause.ts';
import * as decisions from '../decisions/work.ts';
import type { Foundation } from '../foundation.ts';
import type { Ticket } from '../ticket.ts';
import { changeUnderClaim, underClaimInput } from '../under-claim.ts';

/** The pharmacy confirms that it has stopped working on a ticket that is being cancelled. */
export const acknowledgeCancel = (
  foundation: Foundation,
  caller: Caller,
  raw: unknown,
): Promise<Ticket | Refusal> =>
  changeUnderClaim(foundation, caller, underClaimInput, raw, decisions.acknowledgeCancel);
