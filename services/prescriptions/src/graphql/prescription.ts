import type { TicketId } from '@carethread/contracts/ids.ts';
import { dateIn } from '../calendar.ts';
import { toEnum } from '../codes.ts';
import { openControls } from '../controls/open-controls.ts';
import type {
  PrescriptionAmendmentResolvers,
  PrescriptionResolvers,
  SignedContentResolvers,
} from '../generated/graphql.ts';
import { linesOfFill } from '../line.ts';
import { fillOfTicket, currentFill, draftOf, hashOf, type Prescription } from '../prescription.ts';
import { earliestNextFill, graceOf, repeatsLeft } from '../refill.ts';
import { clearanceOf, openItems, screeningInput } from '../screening.ts';
import type { Context } from './context.ts';
import { controlsOf, placeOf, signingChecksOf } from './controls.ts';
import type { FillView } from './views.ts';

export const fillViews = (prescription: Prescription): FillView[] =>
  prescription.fills.map((fill) => ({ prescription, fill }));

/** What the doctor is writing besides is for the doctor's eyes. */
const amendmentFor = (prescription: Prescription, { actor }: Context) =>
  actor?.role === 'doctor' ? prescription.amendment : null;

export const PrescriptionType: PrescriptionResolvers = {
  __resolveReference: ({ id }, { reads }) => reads.prescription.load(id),
  ticket: ({ ticketId }) => ({ id: ticketId }),
  patient: ({ patientId }) => ({ id: patientId }),
  doctor: ({ doctorId }) => ({ id: doctorId }),
  status: ({ status }) => toEnum(status),
  contentHash: ({ signature }) => signature?.contentHash ?? null,
  lines: (prescription) =>
    prescription.lines.map((line) => ({ line, fill: currentFill(prescription) ?? null })),
  amendment: (prescription, _, context) => {
    const amendment = amendmentFor(prescription, context);
    return amendment && { prescription, amendment };
  },
  history: ({ id }, _, { reads }) => reads.history.load(id),
  safety: (prescription) => {
    if (!prescription.signature) return 'UNCHECKED';
    const clearance = clearanceOf(prescription);
    if (clearance.kind === 'clear') return clearance.overridden ? 'OVERRIDDEN' : 'CLEAR';
    return clearance.kind === 'pending' ? 'PENDING' : 'OPEN';
  },
  verdict: async (prescription, _, { reads }) => {
    const judged = await reads.verdict.load(prescription.id);
    return judged && { prescription, judged };
  },
  openItems: async (prescription, _, { reads, rules }) => {
    const { id, overrides, status } = prescription;
    const judged = await reads.verdict.load(id);
    if (!judged) return [];
    const controls = status === 'blocked' ? openControls(prescription, rules.packs) : [];
    return [...openItems(judged.verdict, judged.contentHash, overrides), ...controls];
  },
  overrides: (prescription) => {
    const hash = hashOf(prescription, prescription);
    return prescription.overrides.filter(({ contentHash }) => contentHash === hash);
  },
  fills: fillViews,
  currentFill: (prescription) => {
    const fill = currentFill(prescription);
    return fill ? { prescription, fill } : null;
  },
  dispenses: ({ id }, _, { reads }) => reads.dispenses.load(id),
  signedAt: ({ signature }) => signature?.at ?? null,
  signedBy: ({ signature }) => signature && { id: signature.by },
  validUntil: ({ signature }) => signature?.validUntil ?? null,
  repeatsLeft,
  earliestNextFill: (prescription, _, { rules, now }) => {
    if (prescription.status !== 'released' || repeatsLeft(prescription) === 0) return null;
    const place = placeOf(prescription);
    const next = linesOfFill(prescription.lines, prescription.fillsUsed + 1);
    return earliestNextFill(prescription, place, graceOf(prescription, next, place, rules, now()));
  },
  controls: (prescription, _, context) => controlsOf(prescription, context),
  signingChecks: (prescription, _, context) => signingChecksOf(prescription, context),
  policyPacks: ({ signature }) => signature?.packs ?? [],
  identityProvedAt: ({ signature }) => (signature?.stepUp ? new Date(signature.stepUp.at * 1000) : null),
  endReason: ({ ended }) => ended?.reason ?? null,
  document: ({ id }, _, { reads }) => reads.document.load(id),
  patientProfile: ({ patientId }, _, { reads }) => reads.profile.load(patientId),
  collectors: ({ patientId }, _, { reads }) => reads.collectors.load(patientId),
  keptVerdict: async ({ id }, _, { reads }) => {
    const judged = await reads.verdict.load(id);
    return judged && { input: judged.input, verdict: judged.verdict };
  },
  screeningInput: async (prescription, _, context) => {
    const [profile, facts] = await Promise.all([
      context.reads.profile.load(prescription.patientId),
      context.reads.facts.load(prescription.id),
    ]);
    // Who may not see the facts gets no findings, rather than some that look as if there were none.
    if (!profile || !facts) return null;
    const written = context.actor?.role === 'doctor' ? draftOf(prescription) : null;
    return screeningInput((written ?? prescription).lines, facts, dateIn('UTC', context.now()));
  },
};

export const PrescriptionAmendment: PrescriptionAmendmentResolvers = {
  contentVersion: ({ amendment }) => amendment.contentVersion,
  lines: ({ amendment }) => amendment.lines.map((line) => ({ line, fill: null })),
  overrides: ({ prescription, amendment }) => {
    const hash = hashOf(prescription, amendment);
    return prescription.overrides.filter(({ contentHash }) => contentHash === hash);
  },
};

export const SignedContentType: SignedContentResolvers = {
  signedBy: ({ signedBy }) => ({ id: signedBy }),
  identityProvedAt: ({ stepUp }) => stepUp && new Date(stepUp.at * 1000),
  lines: ({ lines }) => lines.map((line) => ({ line, fill: null })),
};

/** The prescription a ticket carries, as the person who asks may see it. */
export async function prescriptionOfTicket(
  ticketId: string,
  { reads }: Context,
): Promise<Prescription | null> {
  const found = await reads.carriedBy.load(ticketId);
  return found && reads.prescription.load(found.prescriptionId);
}

/** The fill a ticket carries, as the person who asks may see it. */
export async function fillViewOfTicket(ticketId: string, context: Context): Promise<FillView | null> {
  const prescription = await prescriptionOfTicket(ticketId, context);
  const fill = prescription && fillOfTicket(prescription, ticketId.toLowerCase() as TicketId);
  return prescription && fill ? { prescription, fill } : null;
}
