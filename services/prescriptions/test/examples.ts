import { fileURLToPath } from 'node:url';
import { newId } from '@carethread/contracts/ids.ts';
import type { Finding } from '@carethread/contracts/screening.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { readPacks } from '../src/controls/read-packs.ts';
import { startDraft } from '../src/drafting.ts';
import type { Lot } from '../src/fill.ts';
import { type Line, lineSchema, type Resolved, toLine } from '../src/line.ts';
import { nothingKnown } from '../src/patient-facts.ts';
import type { Decided, Prescription } from '../src/prescription.ts';
import type { Rules } from '../src/rules.ts';
import { screeningInput, type StoredVerdict } from '../src/screening.ts';
import { sign } from '../src/signing.ts';
import { judge } from '../src/judging.ts';
import { readTerms } from '../src/renewal/terms.ts';
import type { Holder, TicketCopy } from '../src/ticket-copy.ts';

export const now = new Date('2026-11-20T09:00:00Z');
export const later = (days: number, from = now) => new Date(from.getTime() + days * 86_400_000);
export const newIds = { fill: () => newId<'Fill'>(), line: () => newId<'Line'>() };
export const doctor = person('doctor');
export const patient = person('patient');
export const pharmacist = person('pharmacist');

/** An installation's defaults, with the policy packs that are shipped. */
export const rules: Rules = {
  validDays: 180,
  graceDays: 3,
  screeningDeadlineMs: 60_000,
  packs: readPacks(fileURLToPath(new URL('../policy-packs', import.meta.url))),
  renewals: {
    terms: readTerms(fileURLToPath(new URL('../renewal-terms.json', import.meta.url))),
    paymentMs: 72 * 3_600_000,
    approvalMs: 14 * 86_400_000,
  },
};

/** What the catalog says of a medicine that is in no schedule. */
export const uncontrolled: Resolved = {
  wording: 'Amoxicillin 500 mg oral capsule',
  ingredients: ['amoxicillin'],
  schedule: null,
};

export const ticket: TicketCopy = {
  id: newId<'Ticket'>(),
  status: 'created',
  pharmacyId: pharmacist.organisationId,
  timeZone: 'America/New_York',
  jurisdiction: 'US',
  fence: 0,
  endedFence: 0,
  held: false,
};

/** A line as a doctor would write it; `more` changes it. */
export const line = (more: Partial<Line> = {}): Line => ({
  ...toLine(
    lineSchema.parse({
      productId: newId(),
      text: 'Amoxicillin 500 mg capsule',
      ingredients: ['amoxicillin'],
      strength: '500 mg',
      form: 'capsule',
      route: 'oral',
      dose: { amount: '500', unit: 'mg', perDay: 3 },
      durationDays: 10,
      quantity: 30,
      quantityUnit: 'capsule',
      repeats: 0,
      substitutionAllowed: true,
      instructions: 'With water.',
    }),
  ),
  ...more,
});

/** What came out, or the test fails with the reason. */
export function ok<Result>(result: Result | Refusal | null): Result {
  if (result instanceof Refusal)
    throw new Error(result.userErrors.map((e) => `${e.code} ${e.message}`).join('; '));
  if (result === null) throw new Error('Nothing was decided.');
  return result;
}

/** The codes of a refusal, or a failure of the test. */
export function refused(result: unknown): string[] {
  if (!(result instanceof Refusal)) throw new Error('It was not refused.');
  return result.userErrors.map((error) => error.code);
}

export const draft = (lines: Line[] = [line()]): Prescription => ({
  ...ok(
    startDraft(
      newId<'Prescription'>(),
      {
        ...ticket,
        kind: 'prescription',
        patientId: patient.userId,
        doctorId: doctor.userId,
        clinicId: doctor.organisationId,
      },
      doctor,
      now,
    ),
  ).prescription,
  lines,
  clinic: { jurisdiction: 'US', timeZone: 'America/New_York' },
});

export const toScreen = (lines: Line[], factsVersion = 0) => ({
  input: screeningInput(lines, { ...nothingKnown, version: factsVersion }, '2026-11-20'),
  factsVersion,
});

export const signed = (lines?: Line[], prescription = draft(lines)): Prescription =>
  ok(
    sign(
      prescription,
      { userId: doctor.userId, mayPrescribe: true, expectedVersion: prescription.version },
      toScreen(prescription.amendment?.lines ?? prescription.lines),
      { now, rules, stepUp: null },
    ),
  ).prescription;

export const finding = (key: string): Finding => ({
  key,
  kind: 'interaction',
  severity: 'major',
  ruleId: 'R1',
  lineIds: [],
  subjects: ['warfarin', 'aspirin'],
});

export const clear: StoredVerdict = {
  status: 'clear',
  releaseId: newId(),
  inputHash: 'h',
  findings: [],
  checked: ['interaction', 'allergy'],
  notChecked: [],
};
export const withFindings = (...keys: string[]): StoredVerdict => ({
  ...clear,
  status: 'findings',
  findings: keys.map(finding),
});

export const judged = (prescription: Prescription, verdict = clear): Decided =>
  ok(
    judge(
      prescription,
      { screeningNumber: prescription.screening!.number, contentHash: prescription.screening!.contentHash },
      { verdict, lines: new Map(prescription.lines.map(({ id }) => [id as string, uncontrolled])) },
      { now, newIds, rules },
    ),
  );

/** With the pharmacy named in `ticket` holding its open fill under this fence. */
export const held = (prescription: Prescription, fence = 1): Prescription => ({
  ...prescription,
  fills: prescription.fills.map((fill) =>
    fill.status === 'open'
      ? { ...fill, ticket: { ...ticket, id: fill.ticketId, status: 'received', fence, held: true } }
      : fill,
  ),
});

export const released = (lines?: Line[]): Prescription => judged(signed(lines)).prescription;

export const holder = (prescription: Prescription, fence = 1): Holder => ({
  ticketId: prescription.fills.at(-1)?.ticketId ?? prescription.ticketId,
  pharmacyId: pharmacist.organisationId,
  userId: pharmacist.userId,
  fence,
});

export const lot = (quantity: number, more: Partial<Lot> = {}): Lot => ({
  quantity,
  lot: 'L1',
  expiresOn: '2027-06-30',
  substitution: null,
  ...more,
});
