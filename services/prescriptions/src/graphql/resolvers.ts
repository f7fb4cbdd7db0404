import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { listPrescriptions } from '../list-prescriptions/list-prescriptions.ts';
import { AppliedSchedule, MedicineControl, SigningCheck } from './controls.ts';
import { listReleaseAlerts } from '../list-release-alerts/list-release-alerts.ts';
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
import { FindingOverride, StoredFinding, StoredGap, StoredVerdictType } from './verdict.ts';

export const resolvers: Resolvers = {
  Query: {
    prescription: (_, { id }, { reads }) => reads.prescription.load(id),
    myPrescriptions: (_, args, context) => listPrescriptions(context, signedIn(context), args),
    myReleaseAlerts: (_, args, context) => listReleaseAlerts(context, signedIn(context), args),
    releaseChecks: (_, args, context) => listReleaseChecks(context, signedIn(context), args),
    patientProfile: (_, { patientId }, context) =>
      context.reads.profile.load(patientId ?? signedIn(context).userId),
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
  Ticket: {
    // Nothing of the ticket itself is ours; each field below decides what the person who asks may see.
    __resolveReference: ({ id }) => ({ id }),
    prescription: ({ id }, _, context) => prescriptionOfTicket(id, context),
    fill: ({ id }, _, context) => fillViewOfTicket(id, context),
  },
};
