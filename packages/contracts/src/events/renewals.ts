import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { idSchema } from '../ids.ts';

/** How a renewal ends without a document. */
export const renewalEnds = ['declined', 'cancelled', 'expired'] as const;
export type RenewalEnd = (typeof renewalEnds)[number];

const about = {
  renewalId: idSchema<'Renewal'>(),
  ticketId: idSchema<'Ticket'>(),
  /** Who really did it, where that was a proxy of the patient. */
  proxyId: idSchema<'User'>().optional(),
};

export const RenewalRequested = defineEvent(
  'prescriptions.renewal.requested.v1',
  'ids',
  'A patient asks for an earlier prescription once more: wants a ticket of its own, whose id is given here, and money if it has a price.',
  z.object({
    ...about,
    /** The prescription that is to be renewed. */
    sourceId: idSchema<'Prescription'>(),
    patientId: idSchema<'User'>(),
    doctorId: idSchema<'User'>(),
    clinicId: idSchema<'Organisation'>(),
    /** The payment, if there is one, has this id; null when nothing is to be paid. */
    paymentId: idSchema<'Payment'>().nullable(),
    /** Minor units of the currency; 0 when nothing is to be paid. */
    amountMinor: z.int(),
    /** ISO 4217; null when nothing is to be paid. */
    currency: z.string().nullable(),
  }),
);

export const RenewalAwaitingApproval = defineEvent(
  'prescriptions.renewal.awaiting_approval.v1',
  'ids',
  'It is paid, or free: somebody has to approve or decline it.',
  z.object({ ...about, clinicId: idSchema<'Organisation'>(), doctorId: idSchema<'User'>() }),
);

export const RenewalApproved = defineEvent(
  'prescriptions.renewal.approved.v1',
  'ids',
  'Approved: the new prescription exists and is being checked. Its document follows its release.',
  z.object({ ...about, prescriptionId: idSchema<'Prescription'>(), approvedBy: idSchema<'User'>() }),
);

export const RenewalReady = defineEvent(
  'prescriptions.renewal.ready.v1',
  'ids',
  'The document of the new prescription can be downloaded.',
  z.object({ ...about, prescriptionId: idSchema<'Prescription'>(), documentId: z.string() }),
);

export const RenewalDownloaded = defineEvent(
  'prescriptions.renewal.downloaded.v1',
  'ids',
  'The patient has the document: the ticket has served its purpose.',
  z.object({ ...about, prescriptionId: idSchema<'Prescription'>() }),
);

export const RenewalEnded = defineEvent(
  'prescriptions.renewal.ended.v1',
  'ids',
  'Nothing comes of it: the ticket ends, and money that was taken goes back.',
  z.object({
    ...about,
    how: z.enum(renewalEnds),
    /** Coded reason, such as clinical_concern, patient_wish, payment_deadline. */
    reason: z.string(),
  }),
);

export const RenewalRefundRequested = defineEvent(
  'prescriptions.renewal.refund_requested.v1',
  'ids',
  'Lines of the new prescription will not be handed over any more, and what they cost goes back.',
  z.object({
    ...about,
    lines: z.array(z.object({ lineId: idSchema<'Line'>(), minor: z.int() })),
    /** All of it, in minor units of the payment’s currency. */
    minor: z.int(),
    requestedBy: idSchema<'User'>(),
  }),
);
