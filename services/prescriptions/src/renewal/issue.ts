import type { LineId, PrescriptionId } from '@carethread/contracts/ids.ts';
import type { Refusal } from '@carethread/service-kit/refusal.ts';
import { emptyDraft } from '../drafting.ts';
import type { Prescription } from '../prescription.ts';
import type { Rules } from '../rules.ts';
import { sign, type ToScreen } from '../signing.ts';
import type { Decided } from '../prescription.ts';
import type { TicketCopy } from '../ticket-copy.ts';
import type { Renewal } from './renewal.ts';

/** The new prescription before it is signed: on the renewal's ticket, with nothing on it yet. */
export const blankFor = (
  renewal: Renewal,
  source: Prescription,
  at: { id: PrescriptionId; ticket: TicketCopy; now: Date },
): Prescription => ({
  ...emptyDraft({
    id: at.id,
    ticketId: renewal.ticketId,
    patientId: source.patientId,
    doctorId: source.doctorId,
    clinicId: source.clinicId,
    ticket: at.ticket,
    createdAt: at.now,
  }),
  factsVersion: source.factsVersion,
  withdrawals: source.withdrawals,
  releaseInForce: source.releaseInForce,
  clinic: source.clinic,
});

/** What is renewed of a line: the same once more, and no repeats, for each of which somebody is to be asked again. */
export const renewedLines = (source: Prescription, newLineId: () => LineId): Prescription['lines'] =>
  source.lines.map((line) => ({ ...line, id: newLineId(), repeats: 0 }));

/**
 * Puts the doctor's content into force once more, under every rule a signature is under, and has it checked: the doctor
 * answers for it as for the source, and must still be able to prescribe.
 */
export const issue = (
  blank: Prescription,
  lines: Prescription['lines'],
  toScreen: ToScreen,
  at: { now: Date; rules: Pick<Rules, 'validDays' | 'packs'>; mayPrescribe: boolean },
): Decided | Refusal =>
  sign(
    { ...blank, lines },
    { userId: blank.doctorId, mayPrescribe: at.mayPrescribe, expectedVersion: blank.version },
    toScreen,
    { now: at.now, rules: at.rules, stepUp: null },
  );
