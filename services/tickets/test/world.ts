import { generateKeyPairSync } from 'node:crypto';
import type { Actor } from '@carethread/contracts/actor.ts';
import { newId, type OrganisationId } from '@carethread/contracts/ids.ts';
import { readConfig } from '@carethread/service-kit/config.ts';
import { grantMembership, registerOrganisation } from '@carethread/service-kit/testing/identity-events.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { startTestService, type TestService } from '@carethread/service-kit/testing/test-service.ts';
import { ticketsConfig } from '../src/config.ts';
import { createTicketsService, type Overrides } from '../src/service.ts';
import { callMutation, type Outcome } from './mutations.ts';
import { type Shown, type TimelineRow, ticketFields, entryFields } from './shown.ts';

export const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

/** A clinic with a doctor and two patients, pharmacies with two pharmacists each, and others who have no part in it. */
export interface World {
  tickets: TestService;
  doctor: Actor;
  patient: Actor;
  otherDoctor: Actor;
  otherPatient: Actor;
  administrator: Actor;
  /** [first pharmacist, colleague] of each pharmacy. */
  pharmacies: [Actor, Actor][];
  /** Moves the service's clock forward by this many milliseconds, for good. */
  later(ms: number): void;
  now(): Date;
  call(actor: Actor, mutation: string, input: object): Promise<Outcome>;
  /** A ticket opened by the doctor for the patient, with the first pharmacy unless told otherwise. */
  open(input?: object): Promise<Shown>;
  /** The ticket as this person sees it. */
  see(actor: Actor, id: string): Promise<Shown | null>;
  timeline(actor: Actor, id: string): Promise<TimelineRow[]>;
  close(): Promise<void>;
}

export async function startWorld(
  overrides: Overrides = {},
  extraEnv: Record<string, string> = {},
): Promise<World> {
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const env = { CLAIM_SIGNING_KEY: signingKey, COPY_WAIT_MS: '50', ...extraEnv };
  const tickets = await startTestService(
    'tickets',
    '.',
    (all) => createTicketsService(readConfig(ticketsConfig, all), { now, ...overrides }),
    env,
  );
  const clinic = newId() as OrganisationId;
  const [doctor, otherDoctor] = [
    person('doctor', { organisationId: clinic }),
    person('doctor', { organisationId: clinic }),
  ];
  const [patient, otherPatient] = [
    person('patient', { organisationId: clinic }),
    person('patient', { organisationId: clinic }),
  ];
  const pharmacies = Array.from({ length: 5 }, (): [Actor, Actor] => {
    const first = person('pharmacist');
    return [first, person('pharmacist', { organisationId: first.organisationId })];
  });
  await registerOrganisation(tickets, clinic, 'clinic');
  for (const [{ organisationId }] of pharmacies)
    await registerOrganisation(tickets, organisationId, 'pharmacy');
  for (const each of [patient, otherPatient]) await grantMembership(tickets, each);
  await tickets.drain();

  const call: World['call'] = (actor, mutation, input) => callMutation(tickets, actor, mutation, input);
  return {
    tickets,
    doctor,
    patient,
    otherDoctor,
    otherPatient,
    pharmacies,
    administrator: person('administrator'),
    now,
    later: (ms) => void (ahead += ms),
    call,
    async open(input = {}) {
      const wanted = { kind: 'PRESCRIPTION', patientId: patient.userId, idempotencyKey: newId() };
      const pharmacyId = pharmacies[0]![0].organisationId;
      const { ticket, userErrors } = await call(doctor, 'openTicket', { ...wanted, pharmacyId, ...input });
      if (!ticket) throw new Error(`Not opened: ${JSON.stringify(userErrors)}`);
      return ticket;
    },
    async see(actor, id) {
      const { data } = await tickets.ask(actor, `query ($id: ID!) { ticket(id: $id) { ${ticketFields} } }`, {
        id,
      });
      return data.ticket as Shown | null;
    },
    async timeline(actor, id) {
      const query = `query ($id: ID!) { ticket(id: $id) { timeline(first: 100) { edges { node { ${entryFields} } } } } }`;
      const { data } = await tickets.ask(actor, query, { id });
      return data.ticket.timeline.edges.map(({ node }: { node: TimelineRow }) => node);
    },
    close: () => tickets.close(),
  };
}
