import { generateKeyPairSync } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Actor } from '@carethread/contracts/actor.ts';
import { TicketOpened } from '@carethread/contracts/events/tickets.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { testStackVariable } from '@carethread/local-stack/test-stack.ts';
import { startThrowawayStack } from '@carethread/local-stack/throwaway-stack.ts';
import { messagingConfig } from '@carethread/messaging/config.ts';
import { createMessagingService } from '@carethread/messaging/service.ts';
import { readConfig } from '@carethread/service-kit/config.ts';
import type { Service } from '@carethread/service-kit/service.ts';
import { grantMembership, registerOrganisation } from '@carethread/service-kit/testing/identity-events.ts';
import { mutationText } from '@carethread/service-kit/testing/mutation-text.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { countRoundTrips, type RoundTripCounter } from '@carethread/service-kit/testing/round-trips.ts';
import { startTestService, type TestService } from '@carethread/service-kit/testing/test-service.ts';
import { ticketsConfig } from '@carethread/tickets/config.ts';
import { createTicketsService } from '@carethread/tickets/service.ts';

/** How often each operation waits for PostgreSQL, its answer's own reads included: counted on the wire. */
export type RoundTrips = Map<string, number>;

const doctor = person('doctor');
const patient = person('patient', { organisationId: doctor.organisationId });
const pharmacist = person('pharmacist');
const claimKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});

export async function roundTrips(): Promise<RoundTrips> {
  const { stack, dispose } = await startThrowawayStack(() => {});
  process.env[testStackVariable] = JSON.stringify(stack);
  try {
    return new Map([...(await ofTickets()), ...(await ofMessaging())]);
  } finally {
    await dispose();
  }
}

async function ofTickets(): Promise<RoundTrips> {
  const env = { CLAIM_SIGNING_KEY: claimKey.toString() };
  return counted(
    'tickets',
    (each) => createTicketsService(readConfig(ticketsConfig, each)),
    env,
    async (tickets, count) => {
      await registerOrganisation(tickets, doctor.organisationId, 'clinic');
      await registerOrganisation(tickets, pharmacist.organisationId, 'pharmacy');
      for (const actor of [doctor, patient, pharmacist]) await grantMembership(tickets, actor);
      await tickets.drain();
      const open = () =>
        change(tickets, doctor, 'openTicket', 'ticket { id version }', {
          idempotencyKey: newId(),
          kind: 'REFERRAL',
          patientId: patient.userId,
          pharmacyId: pharmacist.organisationId,
        });
      await open();
      const { ticket } = await count('openTicket', open);
      const send = { ticketId: ticket.id, expectedVersion: ticket.version };
      await count('sendTicket', () => change(tickets, doctor, 'sendTicket', 'ticket { id }', send));
      const claim = { idempotencyKey: newId(), ticketId: ticket.id };
      await count('claimTicket', () => change(tickets, pharmacist, 'claimTicket', 'claim { token }', claim));
      const list = '{ pharmacyTickets(first: 20) { edges { node { id number status } } } }';
      await count('pharmacyTickets, a page', () => tickets.query(pharmacist, list));
    },
  );
}

async function ofMessaging(): Promise<RoundTrips> {
  const create = (env: Record<string, string>) => createMessagingService(messagingConfig(env));
  return counted('messaging', create, {}, async (messaging, count) => {
    const ticketId = newId<'Ticket'>();
    const parties = { patientId: patient.userId, doctorId: doctor.userId, clinicId: doctor.organisationId };
    await messaging.publish(TicketOpened, {
      aggregateId: ticketId,
      sequence: 1,
      data: {
        ...parties,
        ticketId,
        number: 'TKT-20261120-ABCDE',
        kind: 'consultation',
        status: 'created',
        version: 1,
        pharmacyId: null,
        appointmentId: null,
        prescriptionId: null,
        expiresAt: '2027-01-01T00:00:00Z',
      },
    });
    await messaging.drain();
    const say = () =>
      change(messaging, doctor, 'sendMessage', 'message { id }', {
        ticketId,
        clientId: newId(),
        body: 'Good morning',
      });
    await say();
    await count('sendMessage', say);
    const page = `{ threadOfTicket(ticketId: "${ticketId}") { messages(last: 20) { edges { node { body } } } } }`;
    await messaging.query(patient, page);
    await count('thread with a page of messages', () => messaging.query(patient, page));
  });
}

type Count = <Result>(name: string, work: () => Promise<Result>) => Promise<Result>;

/** A service whose requests reach PostgreSQL through the counter. */
async function counted(
  name: 'tickets' | 'messaging',
  create: (env: Record<string, string>) => Service,
  extraEnv: Record<string, string>,
  work: (service: TestService, count: Count) => Promise<void>,
): Promise<RoundTrips> {
  let counter: RoundTripCounter | undefined;
  const folder = fileURLToPath(new URL(`../../services/${name}`, import.meta.url));
  const service = await startTestService(
    name,
    folder,
    async (env) => {
      counter = await countRoundTrips(env['DATABASE_URL']!);
      return create({ ...env, DATABASE_URL: counter.url, DATABASE_POOL: '1' });
    },
    extraEnv,
  );
  const trips: RoundTrips = new Map();
  const count: Count = async (what, operation) => {
    let result: unknown;
    trips.set(what, await counter!.during(async () => (result = await operation())));
    return result as never;
  };
  await work(service, count);
  await service.close();
  await counter?.close();
  return trips;
}

async function change(service: TestService, actor: Actor, mutation: string, fields: string, input: object) {
  const payload = (await service.query(actor, mutationText(mutation, fields), { input }))[mutation];
  if (payload.userErrors.length > 0)
    throw new Error(`${mutation} refused: ${JSON.stringify(payload.userErrors)}`);
  return payload;
}
