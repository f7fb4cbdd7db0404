import { z } from 'zod';
import { defineEvent, type ServiceName } from '../define-event.ts';
import { derivedId, type Id, idSchema } from '../ids.ts';

/** Why somebody accessed something: HL7 v3 ActReason, as FHIR's AuditEvent wants it (`purposeOfEvent`). */
export const purposes = ['TREAT', 'PATRQT', 'HPAYMT', 'HOPERAT', 'ETREAT'] as const;
export type Purpose = (typeof purposes)[number];

/** Types of what the audits tell patients about. A service with another one fails its tests until it is here. */
export const recordKinds = [
  'Ticket',
  'TimelineEntry',
  'Thread',
  'Message',
  'Note',
  'LegalHold',
  'MessageReport',
  'Prescription',
  'PrescriptionDocument',
  'Renewal',
  'Fill',
  'Dispense',
  'PatientProfile',
  'PatientAllergy',
  'PatientCondition',
  'ReleaseAlert',
  'Screening',
  'Payment',
  'PaymentTask',
  'User',
  'Membership',
  'Session',
  'Delegation',
  'Consent',
  'EmergencyAccess',
  'Invitation',
] as const;
export type RecordKind = (typeof recordKinds)[number];

const when = z.iso.datetime({ offset: true });

const accessSummary = z.object({
  patientId: idSchema<'User'>(),
  /** Whose rights were used; null for the service itself. */
  userId: idSchema<'User'>().nullable(),
  organisationId: idSchema<'Organisation'>().nullable(),
  role: z.string().nullable(),
  /** Who really acted, where that is somebody else. */
  proxyId: idSchema<'User'>().nullable(),
  /** C, R, U or D. */
  action: z.string(),
  /** Name of the type, such as Prescription. */
  kind: z.string(),
  purpose: z.string(),
  /** How often, within one hour. */
  times: z.int(),
  /** Of what, at most twenty. */
  entityIds: z.array(idSchema<'Entity'>()),
  firstAt: when,
  lastAt: when,
});
export type AccessSummary = z.infer<typeof accessSummary>;

const sealed = <Service extends ServiceName>(service: Service) =>
  defineEvent(
    `${service}.audit.sealed.v1`,
    'ids',
    'How far the hash chain of this service’s audit goes, and what its newest part says of patients.',
    z.object({
      /** 1, 2, 3 … */
      seal: z.int(),
      /** Rows in the chain so far. */
      position: z.int(),
      /** SHA-256 at that row, in hexadecimal. */
      hash: z.string(),
      accesses: z.array(accessSummary),
    }),
  );

export const IdentityAuditSealed = sealed('identity');
export const TicketsAuditSealed = sealed('tickets');
export const MessagingAuditSealed = sealed('messaging');
export const PrescriptionsAuditSealed = sealed('prescriptions');
export const PaymentsAuditSealed = sealed('payments');
export const CatalogAuditSealed = sealed('catalog');

export type AuditSealed = z.infer<typeof IdentityAuditSealed.schema>;

/** Each service's own. */
export const auditSealed = {
  identity: IdentityAuditSealed,
  tickets: TicketsAuditSealed,
  messaging: MessagingAuditSealed,
  prescriptions: PrescriptionsAuditSealed,
  payments: PaymentsAuditSealed,
  catalog: CatalogAuditSealed,
} as const;

/** The aggregate of a service's seals. */
export const auditIdOf = (service: ServiceName): Id<'Audit'> =>
  derivedId<'Audit'>('5c0f2a52-7f0e-4f0c-9d5e-0d6c2b8f4a11', service);
