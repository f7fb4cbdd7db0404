import type { AccessSummary, RecordKind } from '@carethread/contracts/events/audit.ts';
import { derivedId } from '@carethread/contracts/ids.ts';
import type { RecordAccess } from './generated/prisma/client.ts';

export type ByWhom = 'person' | 'self' | 'system';

/** What one person did with one patient's things of one kind within an hour is one line, whichever seal tells of it. */
export const lineIdOf = (line: AccessSummary): string =>
  derivedId<'RecordAccess'>(
    line.patientId,
    JSON.stringify([
      line.firstAt.slice(0, 13),
      line.userId,
      line.organisationId,
      line.role,
      line.proxyId,
      line.action,
      line.kind,
      line.purpose,
    ]),
  );

/** A proxy is somebody else, though it is the patient's own rights they use. */
export const byWhom = ({ userId, proxyId, patientId }: AccessSummary): ByWhom =>
  userId === null ? 'system' : userId === patientId && proxyId === null ? 'self' : 'person';

/** Names, as far as the reader may know them. */
export interface Names {
  reader: string | null;
  organisation: string | null;
  proxy: string | null;
}

const things: Record<RecordKind, readonly [one: string, many: string]> = {
  Ticket: ['your ticket', 'your tickets'],
  TimelineEntry: ['what happened to your ticket', 'what happened to your tickets'],
  Thread: ['your conversation', 'your conversations'],
  Message: ['a message of your conversations', 'messages of your conversations'],
  Note: ['a note of staff beside your conversation', 'notes of staff beside your conversations'],
  LegalHold: [
    'why nothing of your conversation may be deleted',
    'why nothing of your conversations may be deleted',
  ],
  MessageReport: [
    'a report about a message of your conversations',
    'reports about messages of your conversations',
  ],
  Prescription: ['your prescription', 'your prescriptions'],
  PrescriptionDocument: ['the document of your prescription', 'the documents of your prescriptions'],
  Renewal: ['your wish for a renewal', 'your wishes for renewals'],
  Fill: ['the filling of your prescription', 'the fillings of your prescriptions'],
  Dispense: ['what you were handed', 'what you were handed'],
  PatientProfile: ['your health profile', 'your health profile'],
  PatientAllergy: ['an allergy of yours', 'allergies of yours'],
  PatientCondition: ['a condition of yours', 'conditions of yours'],
  ReleaseAlert: ['a safety alert about your prescription', 'safety alerts about your prescriptions'],
  Screening: ['a safety check of your prescription', 'safety checks of your prescriptions'],
  Payment: ['your payment', 'your payments'],
  PaymentTask: ['a question about your payment', 'questions about your payments'],
  User: ['your name', 'your name'],
  Membership: ['where you are registered', 'where you are registered'],
  Session: ['your sign-in', 'your sign-ins'],
  Delegation: ['who acts in your place', 'who acts in your place'],
  Consent: ['what you consent to', 'what you consent to'],
  EmergencyAccess: ['an emergency access to your record', 'emergency accesses to your record'],
  Invitation: ['your invitation', 'your invitations'],
};
const deeds: Record<string, string> = { C: 'wrote', R: 'read', U: 'changed', D: 'removed' };
const reasons: Record<string, string> = {
  TREAT: 'for your treatment',
  PATRQT: 'as you asked',
  HPAYMT: 'for a payment',
  HOPERAT: 'to keep the service running',
  ETREAT: 'in an emergency, without having been your carer before',
};

/**
 * One line in plain words, such as "Dr Amina Okafor (Northside Clinic) read your prescription, for your treatment, on
 * 20 November 2026 at 14:05 UTC."
 */
export function sentenceOf(line: Omit<RecordAccess, 'id' | 'patientId'>, names: Names): string {
  // A kind of a service that is newer than this one.
  const [one, many] = things[line.kind as RecordKind] ?? ['a part of your record', 'parts of your record'];
  const thing = line.entityIds.length > 1 ? many : one;
  const times = line.times > 1 ? `, ${line.times} times` : '';
  return `${who(line, names)} ${deeds[line.action]} ${thing}, ${reasons[line.purpose]}, ${when(line)}${times}.`;
}

function who({ byWhom: by, role }: Pick<RecordAccess, 'byWhom' | 'role'>, names: Names): string {
  if (by === 'system') return 'The platform itself';
  if (by === 'self') return 'You';
  if (names.proxy !== null) return `${names.proxy}, in your place,`;
  const name = names.reader ?? `A person acting as ${role ?? 'nobody we know'}`;
  return names.organisation === null || role === 'patient' ? name : `${name} (${names.organisation})`;
}

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const minute = (at: Date) => at.toISOString().slice(11, 16);

function when({ firstAt, lastAt }: Pick<RecordAccess, 'firstAt' | 'lastAt'>): string {
  const [from, until] = [minute(firstAt), minute(lastAt)];
  return `on ${day.format(firstAt)} ${from === until ? `at ${from}` : `between ${from} and ${until}`} UTC`;
}
