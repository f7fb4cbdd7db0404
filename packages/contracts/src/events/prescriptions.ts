import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { idSchema } from '../ids.ts';
import { screeningInputSchema } from '../screening.ts';

const about = {
  prescriptionId: idSchema<'Prescription'>(),
  ticketId: idSchema<'Ticket'>(),
  /** Who really did it, where that was a proxy of the patient. */
  proxyId: idSchema<'User'>().optional(),
};

export const lineStates = [
  'to_fill',
  'partly',
  'owing',
  'ready',
  'collected',
  'not_dispensed',
  'cancelled',
  'expired',
] as const;
export type LineState = (typeof lineStates)[number];
const lineStatesOf = z.array(z.object({ lineId: idSchema<'Line'>(), state: z.enum(lineStates) }));

export const PrescriptionDrafted = defineEvent(
  'prescriptions.prescription.drafted.v1',
  'ids',
  'A doctor began a prescription for a ticket.',
  z.object({ ...about, doctorId: idSchema<'User'>() }),
);

export const LinesWritten = defineEvent(
  'prescriptions.prescription.lines_written.v1',
  'health-codes',
  'A doctor wrote lines that are not signed yet: the catalog says what they are, and which are controlled.',
  z.object({
    ...about,
    contentVersion: z.int(),
    /** SHA-256 of the content as it stands. */
    contentHash: z.string(),
    lines: z.array(
      z.object({
        lineId: idSchema<'Line'>(),
        productId: idSchema<'Product'>().nullable(),
        ingredients: z.array(z.string()),
      }),
    ),
  }),
);

const toScreen = z.object({
  ...about,
  contentVersion: z.int(),
  /** SHA-256 of the frozen content. */
  contentHash: z.string(),
  /** Number of the screening within the prescription: 1 at signing, then growing. */
  screeningNumber: z.int(),
  screening: screeningInputSchema,
});

export const PrescriptionSigned = defineEvent(
  'prescriptions.prescription.signed.v1',
  'health-codes',
  'Content is frozen and waits for its screening.',
  toScreen,
);

export const RescreenRequested = defineEvent(
  'prescriptions.prescription.rescreen_requested.v1',
  'health-codes',
  'The facts behind the verdict changed (a new allergy, another medicine, the fill begins): judge again.',
  toScreen,
);

export const PrescriptionBlocked = defineEvent(
  'prescriptions.prescription.blocked.v1',
  'ids',
  'The verdict has findings or gaps nobody has answered for: the doctor must override or change.',
  z.object({
    ...about,
    verdict: z.enum(['findings', 'incomplete']),
    open: z.int(),
    /** Why the check was made: signed, patient_facts, other_medicine, claim, catalog_release. */
    cause: z.string().optional(),
  }),
);

export const PrescriptionReleased = defineEvent(
  'prescriptions.prescription.released.v1',
  'ids',
  'Clear, or overridden with reasons: the pharmacy may have it.',
  z.object({ ...about, overridden: z.boolean(), validUntil: z.iso.datetime({ offset: true }) }),
);

export const PrescriptionCancelled = defineEvent(
  'prescriptions.prescription.cancelled.v1',
  'ids',
  'What was not handed over will not be. Part says whether something already was.',
  z.object({ ...about, reason: z.string(), part: z.boolean() }),
);

export const CancelRefused = defineEvent(
  'prescriptions.prescription.cancel_refused.v1',
  'ids',
  'A cancellation came after everything had been handed over.',
  z.object({ ...about, reason: z.literal('too_late') }),
);

export const PrescriptionExpired = defineEvent(
  'prescriptions.prescription.expired.v1',
  'ids',
  'The validity has ended, of the prescription or of the ticket it waited on: nothing more is handed over. Part says whether something already was.',
  z.object({ ...about, reason: z.string(), part: z.boolean() }),
);

export const FillOpened = defineEvent(
  'prescriptions.fill.opened.v1',
  'ids',
  'A repeat was redeemed: a further fill wants a ticket of its own, whose id is given here.',
  z.object({
    ...about,
    fillNumber: z.int(),
    patientId: idSchema<'User'>(),
    doctorId: idSchema<'User'>(),
    clinicId: idSchema<'Organisation'>(),
    pharmacyId: idSchema<'Organisation'>(),
    expiresAt: z.iso.datetime({ offset: true }),
  }),
);

export const FillPrepared = defineEvent(
  'prescriptions.fill.prepared.v1',
  'ids',
  'The pharmacy prepared lines of a fill. Readiness is derived from all of them.',
  z.object({
    ...about,
    fillNumber: z.int(),
    readiness: z.enum(['none', 'part', 'whole']),
    lines: lineStatesOf,
    fence: z.int(),
  }),
);

export const FillHandedOver = defineEvent(
  'prescriptions.fill.handed_over.v1',
  'ids',
  'Medicines were handed over. Complete says that nothing of this fill is owed any more.',
  z.object({
    ...about,
    fillNumber: z.int(),
    dispenseId: idSchema<'Dispense'>(),
    complete: z.boolean(),
    lines: lineStatesOf,
    fence: z.int(),
  }),
);

export const ProductWithdrawalNoted = defineEvent(
  'prescriptions.prescription.withdrawal_noted.v1',
  'ids',
  'A product on it was withdrawn or recalled, or is to be had again.',
  z.object({
    ...about,
    withdrawalId: idSchema<'Withdrawal'>(),
    lineIds: z.array(idSchema<'Line'>()),
    /** Something of it is not handed over any more; the patient has all of it already; the withdrawal is over. */
    state: z.enum(['stopped', 'received', 'lifted']),
  }),
);

export const FillNotFulfilled = defineEvent(
  'prescriptions.fill.not_fulfilled.v1',
  'ids',
  'The pharmacy closed every line of a fill and handed nothing over. The fill counts for nothing and can be had elsewhere.',
  z.object({
    ...about,
    fillNumber: z.int(),
    lines: z.array(z.object({ lineId: idSchema<'Line'>(), reason: z.string() })),
    fence: z.int(),
  }),
);

export const DocumentMade = defineEvent(
  'prescriptions.document.made.v1',
  'ids',
  'The document of one version of a prescription is there to be downloaded.',
  z.object({
    ...about,
    documentId: idSchema<'Document'>(),
    /** Content version of the prescription it shows. */
    version: z.int(),
  }),
);

export const DocumentDownloaded = defineEvent(
  'prescriptions.document.downloaded.v1',
  'ids',
  'Somebody downloaded a document by a link of theirs.',
  z.object({ ...about, documentId: idSchema<'Document'>(), by: idSchema<'User'>() }),
);
