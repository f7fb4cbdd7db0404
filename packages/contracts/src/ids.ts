import { v5, v7 } from 'uuid';
import { z } from 'zod';

declare const brand: unique symbol;
/** A UUID that knows what it identifies; the brand exists for the compiler only. */
export type Id<Kind extends string> = string & { readonly [brand]: Kind };

export type UserId = Id<'User'>;
export type OrganisationId = Id<'Organisation'>;
export type MembershipId = Id<'Membership'>;
export type SessionId = Id<'Session'>;
export type TicketId = Id<'Ticket'>;
export type AppointmentId = Id<'Appointment'>;
export type ThreadId = Id<'Thread'>;
export type MessageId = Id<'Message'>;
export type NoteId = Id<'Note'>;
export type LegalHoldId = Id<'LegalHold'>;
export type MessageReportId = Id<'MessageReport'>;
export type PrescriptionId = Id<'Prescription'>;
export type LineId = Id<'Line'>;
export type DispenseId = Id<'Dispense'>;
export type RenewalId = Id<'Renewal'>;
export type DocumentId = Id<'Document'>;
export type PaymentId = Id<'Payment'>;
export type AttemptId = Id<'Attempt'>;
export type RefundId = Id<'Refund'>;
export type PaymentTaskId = Id<'PaymentTask'>;
export type ReleaseId = Id<'Release'>;
export type ScreeningId = Id<'Screening'>;
export type ProductId = Id<'Product'>;
export type WithdrawalId = Id<'Withdrawal'>;
export type DelegationId = Id<'Delegation'>;
export type ConsentId = Id<'Consent'>;
export type EmergencyAccessId = Id<'EmergencyAccess'>;
export type EventId = Id<'Event'>;
/** Whoever can be a member or hold something: a person, or an organisation as one body. */
export type PrincipalId = Id<'User' | 'Organisation'>;

/** A new time-ordered identifier (UUID version 7, RFC 9562). */
export const newId = <Kind extends string>(): Id<Kind> => v7() as Id<Kind>;

/** The same names give the same id, always and everywhere (UUID version 5, RFC 9562). */
export const derivedId = <Kind extends string>(namespace: string, name: string): Id<Kind> =>
  v5(name, namespace) as Id<Kind>;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const isId = (value: unknown): value is string => typeof value === 'string' && uuid.test(value);

/** Schema of an identifier on the wire. Parsed values carry the brand and are lower case. */
export const idSchema = <Kind extends string>() =>
  z
    .string()
    .regex(uuid, 'must be a UUID')
    .transform((value) => value.toLowerCase() as Id<Kind>);
