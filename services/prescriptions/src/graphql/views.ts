import type { Finding } from '@carethread/contracts/screening.ts';
import type { LocalDate } from '../calendar.ts';
import type { Applying } from '../controls/applying.ts';
import type { SigningCheck as SigningCheckState } from '../controls/at-signing.ts';
import type { Rule } from '../controls/rule.ts';
import type { Dispense, Fill as FillState, FillLine as FillLineState, Preparation } from '../fill.ts';
import type { Line } from '../line.ts';
import type { Prescription } from '../prescription.ts';
import type { DispenseRecord, DocumentRow, Judged, SignedContent } from '../reads.ts';
import type { Renewal, Step } from '../renewal/renewal.ts';
import type { Override, StoredVerdict } from '../screening.ts';
import type { PatientProfile } from '../show-patient-profile/read-patient-profiles.ts';

/** What a resolver has of something that only exists as part of something else. */
export interface Reference {
  id: string;
}
export interface LineView {
  line: Line;
  /** The fill its state is of; null when there is none. */
  fill: FillState | null;
}
export interface AmendmentView {
  prescription: Prescription;
  amendment: NonNullable<Prescription['amendment']>;
}
export interface FillView {
  prescription: Prescription;
  fill: FillState;
}
export interface FillLineView extends FillView {
  line: FillLineState;
}
export interface VerdictView {
  prescription: Prescription;
  judged: Judged;
}
export interface FindingView {
  finding: Finding;
  overrides: Override[];
}
export interface GapView {
  gap: StoredVerdict['notChecked'][number];
  overrides: Override[];
}
export interface ControlView {
  line: Line;
  status: 'controlled' | 'unknown' | 'without_rules';
  applying: Applying[];
  rule: Rule;
  lastDay: LocalDate | null;
}
export type AppliedScheduleView = Applying;
export interface SigningCheckView extends SigningCheckState {
  lineId: string | null;
}
export type DocumentView = DocumentRow;
export type PrescriptionView = Prescription;
export type SignedContentView = SignedContent;
export interface PreparationView extends Preparation {
  /** What it is; null when nobody said. */
  productId: string | null;
}
export type DispenseView = DispenseRecord;
export type PatientProfileView = PatientProfile;
export type DispenseItemView = Dispense['items'][number];
export type AllergyView = PatientProfile['allergies'][number];
export type ConditionView = PatientProfile['conditions'][number];
/** A step with the renewal it belongs to, whose price it may speak of. */
export interface RenewalStepView {
  renewal: Renewal;
  step: Step;
}
