import { expire } from '../decisions/time.ts';
import { ticketTimer } from '../run-timer.ts';
import type { ExpiryPayload } from '../timers.ts';

/** The validity has ended: a ticket nobody holds expires (T-13). Running it twice changes nothing. */
export const whenValidityEnds = (now: () => Date) =>
  ticketTimer<ExpiryPayload>(now, (ticket, _, at) => expire(ticket, at));
