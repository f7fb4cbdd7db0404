import type { TicketKind } from '@carethread/contracts/events/tickets.ts';
import { type Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { kindsWithPharmacy } from '../legal-moves.ts';
import type { Ticket } from '../ticket.ts';
import type { PharmacyChoice } from './choose-pharmacy.ts';

export type NewTicket = Omit<Ticket, 'state' | 'fence' | 'version' | 'timelineLength'>;

/** A ticket before its first timeline entry: `opened` makes it version 1 with a timeline of one. */
export const freshTicket = (facts: NewTicket, status: 'created' | 'sent'): Ticket => ({
  ...facts,
  state: { status },
  fence: 0,
  version: 1,
  timelineLength: 0,
});

/** Whether a ticket of this kind may be given to a pharmacy. */
export const pharmacyProblem = (kind: TicketKind, choice: PharmacyChoice): Refusal | null =>
  kindsWithPharmacy.includes(kind) || (choice.pharmacyId === null && !choice.anyPharmacy)
    ? null
    : refuse('INVALID', `A ${kind} has no pharmacy.`, { path: ['input', 'pharmacyId'] });
