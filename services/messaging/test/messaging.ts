import { fileURLToPath } from 'node:url';
import type { Actor } from '@carethread/contracts/actor.ts';
import {
  type TicketKind,
  TicketMoved,
  TicketOpened,
  TicketPharmacyChanged,
  type TicketStatus,
} from '@carethread/contracts/events/tickets.ts';
import { type AppointmentId, newId, type OrganisationId, type TicketId } from '@carethread/contracts/ids.ts';
import { mutationText } from '@carethread/service-kit/testing/mutation-text.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { startTestService, type TestService } from '@carethread/service-kit/testing/test-service.ts';
import { messagingConfig } from '../src/config.ts';
import { createMessagingService } from '../src/service.ts';

export type Messaging = TestService;

/** The service as in production, on a database and a broker of this suite's own. */
export const startMessaging = (now?: () => Date, env: Record<string, string> = {}): Promise<Messaging> =>
  startTestService(
    'messaging',
    fileURLToPath(new URL('..', import.meta.url)),
    (environment) => createMessagingService(messagingConfig(environment), now ? { now } : {}),
    env,
  );

/** A ticket with its people, as tickets would tell of it. */
export interface Ticket {
  readonly id: TicketId;
  readonly orderId: AppointmentId;
  readonly kind: TicketKind;
  readonly patient: Actor;
  readonly doctor: Actor;
  readonly pharmacist: Actor;
}

export const newTicket = (known: Partial<Ticket> = {}): Ticket => ({
  id: newId<'Ticket'>(),
  orderId: newId<'Appointment'>(),
  kind: 'prescription',
  patient: person('patient'),
  doctor: person('doctor'),
  pharmacist: person('pharmacist'),
  ...known,
});

/** A colleague in the same pharmacy. */
export const colleagueOf = ({ organisationId }: Actor): Actor => person('pharmacist', { organisationId });

/** Tickets' events about one ticket, numbered as they are made. Publishing is up to the test. */
export function ticketEvents({ id, orderId, kind, patient, doctor, pharmacist }: Ticket) {
  let sequence = 0;
  let pharmacyId: OrganisationId | null = pharmacist.organisationId;
  const next = <Definition, Data>(definition: Definition, data: (version: number) => Data) => {
    sequence += 1;
    return { id: newId<'Event'>(), definition, aggregateId: id, sequence, data: data(sequence) };
  };
  return {
    /** For one pharmacy, or (null) for any. */
    opened: (to = pharmacyId) => {
      pharmacyId = to;
      return next(TicketOpened, (version) => ({
        ticketId: id,
        number: 'TKT-20261120-ABCDE',
        kind,
        status: 'created' as const,
        version,
        patientId: patient.userId,
        doctorId: doctor.userId,
        clinicId: doctor.organisationId,
        pharmacyId,
        appointmentId: orderId,
        prescriptionId: null,
        expiresAt: '2027-11-20T00:00:00Z',
      }));
    },
    moved: (from: TicketStatus, to: TicketStatus, reason = 'because', by = pharmacyId) => {
      pharmacyId = by;
      return next(TicketMoved, (version) => ({
        ticketId: id,
        version,
        from,
        to,
        reason,
        pharmacyId,
        fence: 0,
        held: false,
        leaseUntil: null,
      }));
    },
    pharmacyChanged: (to: OrganisationId) => {
      const from = pharmacyId;
      pharmacyId = to;
      return next(TicketPharmacyChanged, (version) => ({ ticketId: id, version, from, to }));
    },
  };
}

type TicketEvent = ReturnType<ReturnType<typeof ticketEvents>[keyof ReturnType<typeof ticketEvents>]>;

/** Publishes events in this order and waits until they have been handled. */
export async function tell(messaging: Messaging, ...events: TicketEvent[]): Promise<void> {
  for (const { definition, ...event } of events) await messaging.publish<unknown>(definition, event);
  await messaging.drain();
}

/** A ticket whose thread exists, with a way to send in it. */
export async function openedTicket(messaging: Messaging, known: Partial<Ticket> = {}) {
  const ticket = newTicket(known);
  const events = ticketEvents(ticket);
  await tell(messaging, events.opened());
  const { data } = await messaging.ask(
    ticket.patient,
    'query ($id: ID!) { threadOfTicket(ticketId: $id) { id } }',
    { id: ticket.id },
  );
  return { ...ticket, events, threadId: data['threadOfTicket'].id as string };
}

export interface Sent {
  message: { id: string; number: number } | null;
  userErrors: { code: string; path: string[]; currentStatus: string | null }[];
}

export async function send(
  messaging: Messaging,
  actor: Actor,
  input: {
    threadId?: string;
    ticketId?: string;
    body?: string;
    clientId?: string;
    replyToId?: string;
    instructions?: boolean;
    prescriptionId?: string;
  },
): Promise<Sent> {
  const { sendMessage } = await messaging.query(actor, mutationText('sendMessage', 'message { id number }'), {
    input: { body: 'Good morning', clientId: newId(), ...input },
  });
  return sendMessage;
}

/** The thread's messages and markers as one person sees them; null when they do not. */
export async function look(messaging: Messaging, actor: Actor | null, threadId: string) {
  const { data } = await messaging.ask(
    actor,
    `query ($id: ID!) { thread(id: $id) { lastNumber unreadCount lastReadNumber status
       members { role participant { __typename ... on User { id } ... on Organisation { id } } }
       messages(first: 100) { edges { node { id number body status } } } } }`,
    { id: threadId },
  );
  return data?.['thread'] ?? null;
}

/** A mutation as this person: answers its payload. */
export async function change(
  messaging: Messaging,
  actor: Actor,
  name: string,
  input: object,
  fields: string,
): Promise<Record<string, any>> {
  return (await messaging.query(actor, mutationText(name, fields), { input }))[name];
}

/** Fields of one message as one person sees it; null when they do not. */
export async function messageAs(messaging: Messaging, actor: Actor, id: string, fields: string) {
  const found = await messaging.query(
    actor,
    `query ($seen: [_Any!]!) { _entities(representations: $seen) { ... on Message { ${fields} } } }`,
    { seen: [{ __typename: 'Message', id }] },
  );
  return found['_entities'][0] as Record<string, any> | null;
}
