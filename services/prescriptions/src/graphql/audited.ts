import {
  apart,
  type AuditedTypes,
  ofPatient,
  personal,
} from '@carethread/service-kit/audit/personal-types.ts';
import type { ReleaseAlert } from '../list-release-alerts/list-release-alerts.ts';
import type { Renewal } from '../renewal/renewal.ts';
import type { DispenseView, DocumentView, FillView, PatientProfileView, PrescriptionView } from './views.ts';

/** What of prescriptions and patients' facts being shown or written is on record. */
export const audited: AuditedTypes = {
  types: {
    Prescription: ofPatient<PrescriptionView>(({ patientId }) => patientId),
    Fill: personal<FillView>({
      id: ({ fill }) => fill.id,
      patientOf: ({ prescription }) => prescription.patientId,
    }),
    Dispense: ofPatient<DispenseView>(({ patientId }) => patientId),
    PatientProfile: personal<PatientProfileView>({
      id: ({ patientId }) => patientId,
      patientOf: ({ patientId }) => patientId,
    }),
    ReleaseAlert: personal<ReleaseAlert>({
      id: ({ id }) => id,
      through: ({ prescriptionId }) => prescriptionId,
    }),
    Renewal: ofPatient<Renewal>(({ patientId }) => patientId),
    PrescriptionDocument: personal<DocumentView>({
      id: ({ id }) => id,
      through: ({ prescriptionId }) => prescriptionId,
    }),
    ...apart(
      'is shown only with its prescription, fill, dispense or profile',
      'PrescriptionLine',
      'PrescribedDose',
      'PrescriptionAmendment',
      'SignedContent',
      'MedicineControl',
      'AppliedSchedule',
      'SigningCheck',
      'StoredVerdict',
      'Coverage',
      'StoredFinding',
      'StoredGap',
      'FindingOverride',
      'FillLine',
      'Preparation',
      'ProductSubstitution',
      'DispenseItem',
      'PatientAllergy',
      'PatientCondition',
    ),
    ...apart('is shown only with its renewal', 'RenewalMedicine', 'RenewalStep'),
    DocumentDownload: 'is shown only with its document',
    DocumentLink: 'opens nothing by itself: the download is noted',
    PrescriptionVerification: 'says whether a paper counts, without saying whose',
    Money: 'is a price',
    ...apart('counts, without saying of whom', 'ReleaseCheck', 'WithdrawalImpact'),
    ...apart(
      'is a reference: who has it notes it',
      'Ticket',
      'Payment',
      'User',
      'Organisation',
      'Product',
      'ProductWithdrawal',
    ),
  },
  patientIn: '(SELECT patient_id FROM prescription WHERE id = given.through)',
  unwatched: {
    ...apart(
      'is written with its prescription, fill or dispense',
      'prescription_line',
      'signed_content',
      'screening',
      'finding_override',
      'fill_line',
      'preparation',
      'dispense_item',
      'medicine',
      'release_alert',
    ),
    renewal_step: 'is written with its renewal',
    document: 'is the signed prescription as a page, and changes with each download, which is on record',
    document_download: 'is on record as the download it is',
    ...apart(
      'is a copy of what its own service has on record',
      'ticket',
      'membership',
      'ended_session',
      'shared_record',
      'emergency_access',
      'delegation',
    ),
  },
};
