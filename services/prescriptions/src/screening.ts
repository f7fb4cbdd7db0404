import type { UserId } from '@carethread/contracts/ids.ts';
import { notCheckedKey, type ScreeningInput, type Verdict } from '@carethread/contracts/screening.ts';
import type { LocalDate } from './calendar.ts';
import { canonicalHash } from './content.ts';
import type { Line } from './line.ts';
import { patientFactors, type PatientFacts } from './patient-facts.ts';

/** Why a screening was asked for. */
export const screeningCauses = [
  'signed',
  'patient_facts',
  'other_medicine',
  'claim',
  'catalog_release',
] as const;
export type ScreeningCause = (typeof screeningCauses)[number];

/** A verdict as it is kept. Without a release when the catalog did not answer in time. */
export type StoredVerdict = Omit<Verdict, 'releaseId'> & { releaseId: string | null };

/** One attempt to have frozen content judged: what was asked, and what came back. */
export interface Screening {
  number: number;
  contentVersion: number;
  contentHash: string;
  /** Version of the patient's facts that went into the input. */
  factsVersion: number;
  cause: ScreeningCause;
  input: ScreeningInput;
  askedAt: Date;
  verdict: StoredVerdict | null;
  judgedAt: Date | null;
}

export const overrideReasons = [
  'benefit_outweighs_risk',
  'tolerated_before',
  'dose_adjusted',
  'will_be_monitored',
  'no_alternative',
  'checked_by_hand',
  'finding_wrong',
] as const;
export type OverrideReason = (typeof overrideReasons)[number];

/** A doctor's answer to one finding or gap. Counts for the content with this hash only. */
export interface Override {
  id: string;
  contentHash: string;
  findingKey: string;
  reason: OverrideReason;
  text: string;
  doctorId: UserId;
  at: Date;
}

/** What the catalog is asked about these lines for this patient. */
export const screeningInput = (
  lines: readonly Line[],
  facts: PatientFacts,
  today: LocalDate,
): ScreeningInput => ({
  lines: lines.map(({ id, productId, ingredients, route, dose, durationDays }) => ({
    lineId: id,
    productId,
    ingredients,
    route,
    dose,
    durationDays,
  })),
  patient: patientFactors(facts, today),
});

/** Everything in a verdict that a doctor has to answer for; what is only good to know needs no answer. */
export function itemsOf(verdict: StoredVerdict): string[] {
  const serious = verdict.findings.filter(({ severity }) => severity !== 'info');
  const keys = [...serious.map((finding) => finding.key), ...verdict.notChecked.map(notCheckedKey)];
  // A verdict that is not clear and does not say why must not pass for clear.
  return keys.length > 0 || verdict.status === 'clear' ? [...new Set(keys)] : [`verdict:${verdict.status}`];
}

/** Those nobody has answered for this content. */
export function openItems(verdict: StoredVerdict, hash: string, overrides: readonly Override[]): string[] {
  const answered = new Set(overrides.filter((o) => o.contentHash === hash).map((o) => o.findingKey));
  return itemsOf(verdict).filter((key) => !answered.has(key));
}

export type Clearance =
  | { kind: 'clear'; overridden: boolean }
  /** The newest check is not back, or facts or rules have moved on since it was asked for. */
  | { kind: 'pending' }
  | { kind: 'open'; items: string[] };

/** Whether the content may reach the patient as far as its newest check goes. */
export function clearanceOf(subject: {
  screening: Screening | null;
  overrides: readonly Override[];
  factsVersion: number;
  releaseInForce: string | null;
}): Clearance {
  const { screening, overrides, factsVersion, releaseInForce } = subject;
  if (!screening?.verdict || screening.factsVersion < factsVersion) return { kind: 'pending' };
  // A check that did not come was made by no release: what the doctor answered by hand holds.
  const { releaseId } = screening.verdict;
  if (releaseId !== null && releaseInForce !== null && releaseId !== releaseInForce)
    return { kind: 'pending' };
  const items = openItems(screening.verdict, screening.contentHash, overrides);
  if (items.length > 0) return { kind: 'open', items };
  return { kind: 'clear', overridden: itemsOf(screening.verdict).length > 0 };
}

/** Stands in when the catalog did not answer: nothing was checked, and it says so. */
export const unanswered = (input: ScreeningInput): StoredVerdict => ({
  status: 'incomplete',
  releaseId: null,
  inputHash: canonicalHash(input),
  findings: [],
  checked: [],
  notChecked: [{ check: 'screening', lineId: null, reason: 'timeout' }],
});
