import { type Asker, type Openings, readsRecord, standingOf } from './asker.ts';

/** What decides about a ticket and all that hangs on it. */
export interface TicketFacts {
  patientId: string;
  doctorId: string;
  pharmacyId: string | null;
  status: string;
}

export interface OpenedTicketFacts extends TicketFacts {
  /** The place it was opened for. */
  clinicId: string;
}

/** Patient and doctor always, each in that role only; the chosen pharmacy once the ticket was sent. */
export function isTicketParty(asker: Asker, ticket: TicketFacts): boolean {
  switch (standingOf(asker)) {
    case 'patient':
      return ticket.patientId === asker.userId;
    case 'doctor':
      return ticket.doctorId === asker.userId;
    case 'pharmacist':
      return ticket.pharmacyId === asker.organisationId && ticket.status !== 'created';
    default:
      return false;
  }
}

/** Whoever answers a patient's question about an access stands in the doctor's place, for the place they answer for. */
const answersQuestion = (asker: Asker, { doctorId, clinicId }: OpenedTicketFacts): boolean =>
  asker.permissions.includes('ReviewAudit') && doctorId === asker.userId && clinicId === asker.organisationId;

export const ticketPolicy = {
  read: (asker: Asker, ticket: OpenedTicketFacts, openings: Openings): boolean =>
    isTicketParty(asker, ticket) ||
    answersQuestion(asker, ticket) ||
    (ticket.status !== 'created' && readsRecord(asker, ticket.patientId, openings)),
  change: isTicketParty,
};

/** An entry goes with its ticket; it is written by the parties and never changed. */
export const timelineEntryPolicy = { read: ticketPolicy.read, create: isTicketParty };

/** The code by which any pharmacy may claim: for patient and doctor. A proxy needs the scope `collect` besides. */
export const accessCodePolicy = {
  read: (asker: Asker, code: Pick<TicketFacts, 'patientId' | 'doctorId'>): boolean =>
    isTicketParty(asker, { ...code, pharmacyId: null, status: 'created' }),
};

/** Whom one works with, for a ticket that is handed on: a clinic's doctors know who else is there. */
export const colleaguePolicy = {
  read: (asker: Asker, { organisationId }: { organisationId: string }): boolean =>
    standingOf(asker) === 'doctor' && organisationId === asker.organisationId,
};
