import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { listPrescriptions, listPrescriptionsOf } from '../list-prescriptions/list-prescriptions.ts';
import { verifyDocument } from '../verify-document/verify-document.ts';
import { toEnum } from '../codes.ts';
import { AppliedSchedule, MedicineControl, SigningCheck } from './controls.ts';
import { DocumentDownloadType, PrescriptionDocumentType } from './document.ts';
import { listReleaseAlerts } from '../list-release-alerts/list-release-alerts.ts';
import { listRenewals, renewalQueue } from '../list-renewals/list-renewals.ts';
import { listReleaseChecks } from '../list-release-checks/list-release-checks.ts';
import {
  DispenseItem,
  DispenseType,
  FillLine,
  FillType,
  PreparationType,
  ProductSubstitution,
} from './fill.ts';
import { PrescriptionLine } from './line.ts';
import { LocalDateScalar } from './local-date.ts';
import { Mutation } from './mutations.ts';
import { PatientAllergy, PatientCondition, PatientProfileType } from './patient-profile.ts';
import {
  fillViewOfTicket,
  PrescriptionAmendment,
  prescriptionOfTicket,
  PrescriptionType,
  SignedContentType,
} from './prescription.ts';
import { ProductWithdrawalType } from './withdrawal.ts';
import { ReleaseAlertType } from './release-alert.ts';
import { RenewalStepType, RenewalType } from './renewal.ts';
import { FindingOverride, StoredFinding, StoredGap, StoredVerdictType } from './verdict.ts';

export const resolvers: Resolvers = {
  Query: {
    prescription: (_, { id }, { reads }) => reads.prescription.load(id),
    myPrescriptions: (_, args, context) => listPrescriptions(context, signedIn(context), args),
    patientPrescriptions: (_, { patientId, ...args }, context) =>
      listPrescriptionsOf(context, patientId, args),
    myReleaseAlerts: (_, args, context) => listReleaseAlerts(context, signedIn(context), args),
    releaseChecks: (_, args, context) => listReleaseChecks(context, signedIn(context), args),
    verifyPrescription: async (_, { code }, { database, now }) => {
      const { standing, ...about } = await verifyDocument(database, code, now());
      return { standing: toEnum(standing), ...about };
    },
    patientProfile: (_, { patientId }, context) =>
      context.reads.profile.load(patientId ?? signedIn(context).userId),
    renewal: (_, { id }, { reads }) => reads.renewal.load(id),
    myRenewals: (_, args, context) => listRenewals(context, signedIn(context), args),
    renewalsAwaitingApproval: (_, args, context) => renewalQueue(context, signedIn(context), args),
  },
  Mutation,
  Date: LocalDateScalar,
  Prescription: PrescriptionType,
  PrescriptionLine,
  PrescriptionAmendment,
  MedicineControl,
  AppliedSchedule,
  SigningCheck,
  SignedContent: SignedContentType,
  StoredVerdict: StoredVerdictType,
  StoredFinding,
  StoredGap,
  FindingOverride,
  PrescriptionDocument: PrescriptionDocumentType,
  DocumentDownload: DocumentDownloadType,
  ReleaseAlert: ReleaseAlertType,
  Fill: FillType,
  FillLine,
  Preparation: PreparationType,
  ProductSubstitution,
  Dispense: DispenseType,
  DispenseItem,
  PatientProfile: PatientProfileType,
  PatientAllergy,
  PatientCondition,
  ProductWithdrawal: ProductWithdrawalType,
  Renewal: RenewalType,
  RenewalStep: RenewalStepType,
  Ticket: {
    // Nothing of the ticket itself is ours; each field below decides what the person who asks may see.
    __resolveReference: ({ id }) => ({ id }),
    prescription: ({ id }, _, context) => prescriptionOfTicket(id, context),
    fill: ({ id }, _, context) => fillViewOfTicket(id, context),
    renewal: ({ id }, _, { reads }) => reads.renewalOfTicket.load(id),
  },
};
