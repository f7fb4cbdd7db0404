import type { DataOf } from '@carethread/contracts/registry.ts';
import { note } from '../decisions/note.ts';
import { reaction } from '../react.ts';

type Written = DataOf<
  | 'prescriptions.prescription.drafted.v1'
  | 'prescriptions.prescription.signed.v1'
  | 'prescriptions.prescription.blocked.v1'
  | 'prescriptions.prescription.withdrawal_noted.v1'
  | 'prescriptions.document.made.v1'
  | 'prescriptions.document.downloaded.v1'
>;

/**
 * Drafted, signed, stopped by a safety finding, touched by a withdrawal, made into a document, or downloaded: on the
 * timeline, without consequence for the ticket.
 */
export const whenPrescriptionIsWritten = reaction<Written>((_, { type, data }) =>
  note(type, data.prescriptionId),
);
