import type { DispenseId, RenewalId, TicketId, UserId } from '@carethread/contracts/ids.ts';
import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import { amendPrescription } from '../amend-prescription/amend-prescription.ts';
import { approveRenewal } from '../approve-renewal/approve-renewal.ts';
import { cancelPrescription } from '../cancel-prescription/cancel-prescription.ts';
import { declineRenewal } from '../decline-renewal/decline-renewal.ts';
import { discardDraft } from '../discard-draft/discard-draft.ts';
import { createDocumentLink } from '../download-document/create-document-link.ts';
import { draftPrescription } from '../draft-prescription/draft-prescription.ts';
import { setLines } from '../edit-lines/set-lines.ts';
import type { FillId } from '../fill.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { handOver } from '../hand-over/hand-over.ts';
import { pressMakeDocument } from '../make-document/press-make-document.ts';
import { markNotDispensed } from '../mark-not-dispensed/mark-not-dispensed.ts';
import { overrideFinding } from '../override-finding/override-finding.ts';
import { prepareLines } from '../prepare-lines/prepare-lines.ts';
import { fillOfTicket, type Prescription } from '../prescription.ts';
import { createReads } from '../reads.ts';
import { endAllergy } from '../record-allergy/end-allergy.ts';
import { recordAllergy } from '../record-allergy/record-allergy.ts';
import { endCondition } from '../record-condition/end-condition.ts';
import { recordCondition } from '../record-condition/record-condition.ts';
import { redeemRepeat } from '../redeem-repeat/redeem-repeat.ts';
import { refundRenewalLines } from '../refund-renewal-lines/refund-renewal-lines.ts';
import { requestRenewal } from '../request-renewal/request-renewal.ts';
import { signPrescription } from '../sign-prescription/sign-prescription.ts';
import { updatePatientFacts } from '../update-patient-facts/update-patient-facts.ts';
import type { Context } from './context.ts';
import { fillView } from './fill.ts';
import type { FillView } from './views.ts';

/** Runs a command; what is read after it is read anew, also when another mutation of the request read it before. */
async function done<Result>(context: Context, command: Promise<Result>): Promise<Result> {
  const result = await command;
  context.reads = createReads(context.database, context.prisma, context.actor, context.now);
  return result;
}

const changed = async (context: Context, command: Promise<Prescription | Refusal>) =>
  payload('prescription', await done(context, command));

async function profiled(context: Context, command: Promise<UserId | Refusal>) {
  const whose = await done(context, command);
  return payload(
    'patientProfile',
    whose instanceof Refusal ? whose : await context.reads.profile.load(whose),
  );
}

const fillPayload = (outcome: FillView | null | Refusal) => payload<'fill', FillView | null>('fill', outcome);

async function filled(context: Context, ticketId: string, command: Promise<Prescription | Refusal>) {
  const prescription = await done(context, command);
  if (prescription instanceof Refusal) return fillPayload(prescription);
  const fill = fillOfTicket(prescription, ticketId.toLowerCase() as TicketId);
  return fillPayload(fill ? { prescription, fill } : null);
}

async function opened(context: Context, command: Promise<FillId | Refusal>) {
  const id = await done(context, command);
  return fillPayload(id instanceof Refusal ? id : await fillView(id, context));
}

async function dispensed(context: Context, command: Promise<DispenseId | Refusal>) {
  const id = await done(context, command);
  if (id instanceof Refusal) return { dispense: null, ...fillPayload(id) };
  const dispense = await context.reads.dispense.load(id);
  return { dispense, ...fillPayload(dispense && (await fillView(dispense.fillId, context))) };
}

async function renewed(context: Context, command: Promise<RenewalId | Refusal>) {
  const id = await done(context, command);
  return payload('renewal', id instanceof Refusal ? id : await context.reads.renewal.load(id));
}

/** Every command by its name in the schema. */
export const Mutation: MutationResolvers = {
  draftPrescription: async (_, { input }, context) => {
    const id = await done(context, draftPrescription(context, input));
    return payload('prescription', id instanceof Refusal ? id : await context.reads.prescription.load(id));
  },
  setPrescriptionLines: (_, { input }, context) => changed(context, setLines(context, input)),
  discardDraft: (_, { input }, context) => changed(context, discardDraft(context, input)),
  amendPrescription: (_, { input }, context) => changed(context, amendPrescription(context, input)),
  signPrescription: (_, { input }, context) => changed(context, signPrescription(context, input)),
  overrideFinding: (_, { input }, context) => changed(context, overrideFinding(context, input)),
  cancelPrescription: async (_, { input }, context) => {
    const result = await done(context, cancelPrescription(context, input));
    if (result instanceof Refusal)
      return { outcome: null, prescription: null, userErrors: [...result.userErrors] };
    return { ...result, userErrors: [] };
  },
  prepareLines: (_, { input }, context) => filled(context, input.ticketId, prepareLines(context, input)),
  handOver: (_, { input }, context) => dispensed(context, handOver(context, input)),
  markNotDispensed: (_, { input }, context) =>
    filled(context, input.ticketId, markNotDispensed(context, input)),
  redeemRepeat: (_, { input }, context) => opened(context, redeemRepeat(context, input)),
  recordAllergy: (_, { input }, context) => profiled(context, recordAllergy(context, input)),
  endAllergy: (_, { input }, context) => profiled(context, endAllergy(context, input)),
  recordCondition: (_, { input }, context) => profiled(context, recordCondition(context, input)),
  endCondition: (_, { input }, context) => profiled(context, endCondition(context, input)),
  createDocumentLink: async (_, { input }, context) =>
    payload('link', await createDocumentLink(context, input)),
  makePrescriptionDocument: async (_, { input }, context) =>
    payload('outcome', await pressMakeDocument(context, input)),
  updatePatientFacts: (_, { input }, context) => profiled(context, updatePatientFacts(context, input)),
  requestRenewal: (_, { input }, context) => renewed(context, requestRenewal(context, input)),
  approveRenewal: (_, { input }, context) => renewed(context, approveRenewal(context, input)),
  declineRenewal: (_, { input }, context) => renewed(context, declineRenewal(context, input)),
  refundRenewalLines: (_, { input }, context) => renewed(context, refundRenewalLines(context, input)),
};
