import { type Asker, standingOf } from './asker.ts';

export interface PaymentFacts {
  payerId: string;
  doctorId: string;
}

/** The patient pays, the doctor asks for it, administrators look after all: which of them, ManagePayments says before. */
const isPaymentParty = (asker: Asker, { payerId, doctorId }: PaymentFacts): boolean => {
  switch (standingOf(asker)) {
    case 'patient':
      return payerId === asker.userId;
    case 'doctor':
      return doctorId === asker.userId;
    case 'administrator':
      return true;
    default:
      return false;
  }
};

/** Of a payment, its attempts and its refunds. */
export const paymentPolicy = { read: isPaymentParty, change: isPaymentParty };

const works = (asker: Asker, { ownerId }: { ownerId: string }): boolean =>
  standingOf(asker) === 'administrator' || (standingOf(asker) === 'doctor' && ownerId === asker.userId);

export const paymentTaskPolicy = { read: works, change: works };

/** A copy of a ticket, for what may be asked on it. */
export const paidTicketPolicy = {
  read: (asker: Asker, { patientId, doctorId }: { patientId: string; doctorId: string }): boolean =>
    isPaymentParty(asker, { payerId: patientId, doctorId }),
};

/** Webhooks and the ledger. */
export const booksPolicy = { read: (asker: Asker): boolean => standingOf(asker) === 'administrator' };
