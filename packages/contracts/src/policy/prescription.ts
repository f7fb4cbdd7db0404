import { type Asker, type Openings, readsRecord, standingOf } from './asker.ts';
import { isTicketParty, type TicketFacts } from './ticket.ts';

export interface CareFacts {
  patientId: string;
  doctorId: string;
}

export interface FillFacts extends CareFacts {
  /** Of the ticket it is filled under, as it stands now. */
  ticket: TicketFacts | null;
}

export interface PrescriptionFacts extends CareFacts {
  signed: boolean;
  released: boolean;
  fills: readonly FillFacts[];
}

const isPatient = (asker: Asker, { patientId }: Pick<CareFacts, 'patientId'>) =>
  standingOf(asker) === 'patient' && patientId === asker.userId;
const isDoctor = (asker: Asker, { doctorId }: Pick<CareFacts, 'doctorId'>) =>
  standingOf(asker) === 'doctor' && doctorId === asker.userId;

/** A pharmacist has the fills whose ticket the pharmacy has. */
const isFillParty = (asker: Asker, fill: FillFacts): boolean =>
  isPatient(asker, fill) ||
  isDoctor(asker, fill) ||
  (standingOf(asker) === 'pharmacist' && fill.ticket !== null && isTicketParty(asker, fill.ticket));

export const fillPolicy = {
  read: (asker: Asker, fill: FillFacts, openings: Openings): boolean =>
    isFillParty(asker, fill) || readsRecord(asker, fill.patientId, openings),
  change: isFillParty,
};

/** The doctor from the first draft on, the patient once it is signed, the pharmacy once it is released. */
const isPrescriptionParty = (asker: Asker, prescription: PrescriptionFacts): boolean =>
  isDoctor(asker, prescription) ||
  (isPatient(asker, prescription) && prescription.signed) ||
  (standingOf(asker) === 'pharmacist' &&
    prescription.released &&
    prescription.fills.some((fill) => isFillParty(asker, fill)));

export const prescriptionPolicy = {
  read: (asker: Asker, prescription: PrescriptionFacts, openings: Openings): boolean =>
    isPrescriptionParty(asker, prescription) ||
    (prescription.signed && readsRecord(asker, prescription.patientId, openings)),
  change: isPrescriptionParty,
};

/** Lines of what is in force go with the prescription; what is being written is its doctor's alone. */
export const linePolicy = {
  read: (
    asker: Asker,
    { prescription, written }: { prescription: PrescriptionFacts; written: boolean },
    openings: Openings,
  ): boolean =>
    prescriptionPolicy.read(asker, prescription, openings) && (!written || isDoctor(asker, prescription)),
};

/** Both sides, and the pharmacy that handed it over: it keeps its own record. */
export const dispensePolicy = {
  read: (asker: Asker, dispense: CareFacts & { pharmacyId: string }, openings: Openings): boolean =>
    isPatient(asker, dispense) ||
    isDoctor(asker, dispense) ||
    (standingOf(asker) === 'pharmacist' && dispense.pharmacyId === asker.organisationId) ||
    readsRecord(asker, dispense.patientId, openings),
};

export interface ProfileFacts {
  patientId: string;
  /** Tickets of the patient that are not over. */
  openTickets: readonly TicketFacts[];
}

const hasOpenTicket = (asker: Asker, { openTickets }: ProfileFacts) =>
  openTickets.some((ticket) => isTicketParty(asker, ticket));

/** What is known about a patient: the patient, whoever has an open ticket with them; doctors among these may write. */
export const profilePolicy = {
  read: (asker: Asker, profile: ProfileFacts, openings: Openings): boolean =>
    isPatient(asker, profile) ||
    hasOpenTicket(asker, profile) ||
    readsRecord(asker, profile.patientId, openings),
  change: (asker: Asker, profile: ProfileFacts): boolean =>
    isPatient(asker, profile) || (standingOf(asker) === 'doctor' && hasOpenTicket(asker, profile)),
};

/** Ingredients a patient takes: as the profile, and the doctor who prescribed them. */
export const medicinePolicy = {
  read: (asker: Asker, medicine: ProfileFacts & CareFacts, openings: Openings): boolean =>
    isDoctor(asker, medicine) || profilePolicy.read(asker, medicine, openings),
};

/** Who may fetch medicines in the patient's place: the patient, and a pharmacy that has a ticket of theirs. */
export const collectorPolicy = {
  read: (
    asker: Asker,
    { patientId, tickets }: { patientId: string; tickets: readonly TicketFacts[] },
  ): boolean =>
    isPatient(asker, { patientId }) ||
    (standingOf(asker) === 'pharmacist' && tickets.some((ticket) => isTicketParty(asker, ticket))),
};

/** What goes with a prescription: its checks, their overrides, what was signed. Written by its doctor alone. */
export const partOfPrescriptionPolicy = { read: prescriptionPolicy.read, create: isDoctor };

/** The document of a prescription; who fetches it counts that. */
export const documentPolicy = { read: prescriptionPolicy.read, change: prescriptionPolicy.read };

/** A download: whoever made it, in the role they made it in; the patient knows all of theirs. */
export const downloadPolicy = {
  read: (
    asker: Asker,
    { userId, role, prescription }: { userId: string; role: string; prescription: PrescriptionFacts },
  ): boolean =>
    (userId === asker.userId && role === standingOf(asker)) ||
    (isPatient(asker, prescription) && isPrescriptionParty(asker, prescription)),
};

/** What a release found in a prescription: news for its doctor. */
export const releaseAlertPolicy = { read: isDoctor };

/** A patient asks for a renewal, the doctor learns of it; who approves is a permission's and not a row's. */
export const renewalPolicy = {
  read: (asker: Asker, care: CareFacts): boolean => isPatient(asker, care) || isDoctor(asker, care),
  create: isPatient,
};

/** A copy of a membership: one's own. */
export const ownMembershipPolicy = {
  read: (asker: Asker, { userId }: { userId: string }): boolean => userId === asker.userId,
};
