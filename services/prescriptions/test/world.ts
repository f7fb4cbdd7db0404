import { fileURLToPath } from 'node:url';
import type { Actor } from '@carethread/contracts/actor.ts';
import { LinesResolved, ScreeningCompleted } from '@carethread/contracts/events/catalog.ts';
import { LinesWritten } from '@carethread/contracts/events/prescriptions.ts';
import { TicketMoved, TicketOpened, type TicketStatus } from '@carethread/contracts/events/tickets.ts';
import { newId, type OrganisationId, type PrescriptionId, type TicketId } from '@carethread/contracts/ids.ts';
import type { Verdict } from '@carethread/contracts/screening.ts';
import {
  endMembership,
  grantMembership,
  registerOrganisation,
} from '@carethread/service-kit/testing/identity-events.ts';
import { startKeySet } from '@carethread/service-kit/testing/key-set.ts';
import { mutationText } from '@carethread/service-kit/testing/mutation-text.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { startTestService, type TestService } from '@carethread/service-kit/testing/test-service.ts';
import jwt from 'jsonwebtoken';
import { prescriptionsConfig } from '../src/config.ts';
import type { Resolved } from '../src/line.ts';
import { createPrescriptionsService } from '../src/service.ts';

export const zone = 'America/New_York';

const amoxicillin: Resolved = {
  wording: 'Amoxicillin 500 mg oral capsule',
  ingredients: ['amoxicillin'],
  schedule: null,
};

/** The service with everything around it that it hears from: identity, tickets and catalog, played by the test. */
export interface World extends TestService {
  /** The time the service goes by. */
  clock: { now: Date };
  clinicId: OrganisationId;
  doctor: Actor;
  patient: Actor;
  pharmacist: Actor;
  /** One more doctor of the clinic, pharmacist or patient; their membership is known to the service. */
  join(role: Actor['role'], organisationId?: OrganisationId): Promise<Actor>;
  endMembership(actor: Actor): Promise<void>;
  registerPharmacy(timeZone?: string, jurisdiction?: string): Promise<OrganisationId>;
  openTicket(more?: {
    patient?: Actor;
    doctor?: Actor;
    pharmacyId?: OrganisationId | null;
    kind?: 'prescription' | 'consultation';
  }): Promise<TicketId>;
  move(
    ticketId: TicketId,
    to: TicketStatus,
    more?: { reason?: string; fence?: number; held?: boolean; actorId?: string; pharmacyId?: OrganisationId },
  ): Promise<void>;
  /** A ticket the test opened itself. */
  known(ticketId: TicketId, at: TicketStatus, pharmacyId: OrganisationId): void;
  /** Claimed under this fence, checked again and found clear. Answers the claim token. */
  claim(ticketId: TicketId, fence?: number, pharmacist?: Actor): Promise<string>;
  claimToken(
    ticketId: TicketId,
    fence: number,
    pharmacyId?: OrganisationId,
    claims?: jwt.SignOptions & { typ?: string },
  ): string;
  /** Says what the lines of a draft are, as the catalog would; amoxicillin each unless something else is said. */
  resolve(prescriptionId: PrescriptionId, as?: Partial<Resolved>): Promise<void>;
  /** Answers the newest check of this prescription as the catalog would. */
  screen(
    prescriptionId: PrescriptionId,
    verdict?: Partial<Verdict>,
    more?: { screeningNumber?: number; contentHash?: string; as?: Partial<Resolved> },
  ): Promise<void>;
  /** Runs a mutation with this input; answers its payload. */
  mutate(actor: Actor, name: string, input: object, fields: string): Promise<any>;
}

export async function startWorld(extraEnv: Record<string, string> = {}): Promise<World> {
  const clock = { now: new Date('2026-11-20T09:00:00Z') };
  const keys = await startKeySet('claims');
  const test = await startTestService(
    'prescriptions',
    fileURLToPath(new URL('..', import.meta.url)),
    (env) => createPrescriptionsService(prescriptionsConfig(env), { now: () => clock.now }),
    {
      CLAIM_JWKS_URL: keys.url,
      DOCUMENT_SIGNING_KEY: keys.pem,
      // Nobody there says names: documents are made in the tests that are about them.
      DOCUMENT_NAMES_URL: 'http://127.0.0.1:1/',
      PUBLIC_URL: 'https://care.example',
      ...extraEnv,
    },
  );
  const sequences = new Map<TicketId, number>();
  const status = new Map<TicketId, TicketStatus>();
  const pharmacies = new Map<TicketId, OrganisationId | null>();
  const said = new Map<PrescriptionId, Partial<Resolved>>();
  const next = (id: TicketId) => {
    sequences.set(id, (sequences.get(id) ?? 0) + 1);
    return sequences.get(id)!;
  };
  const clinicId = newId<'Organisation'>();
  const pharmacyId = newId<'Organisation'>();
  const world: World = {
    ...test,
    clock,
    clinicId,
    doctor: person('doctor', { organisationId: clinicId }),
    patient: person('patient', { organisationId: clinicId }),
    pharmacist: person('pharmacist', { organisationId: pharmacyId }),
    join: async (role, organisationId = role === 'pharmacist' ? pharmacyId : clinicId) => {
      const actor = person(role, { organisationId });
      await grantMembership(test, actor);
      await test.drain();
      return actor;
    },
    endMembership: async (actor) => {
      await endMembership(test, actor);
      await test.drain();
    },
    registerPharmacy: async (timeZone = zone, jurisdiction = 'US') => {
      const id = newId<'Organisation'>();
      await registerOrganisation(test, id, 'pharmacy', timeZone, jurisdiction);
      await test.drain();
      return id;
    },
    openTicket: async ({
      patient = world.patient,
      doctor = world.doctor,
      kind = 'prescription',
      ...more
    } = {}) => {
      const ticketId = newId<'Ticket'>();
      const chosen = more.pharmacyId === undefined ? pharmacyId : more.pharmacyId;
      status.set(ticketId, 'created');
      pharmacies.set(ticketId, chosen);
      await test.publish(TicketOpened, {
        aggregateId: ticketId,
        sequence: next(ticketId),
        data: {
          ticketId,
          number: `TKT-20261120-${ticketId.slice(-5).toUpperCase()}`,
          kind,
          status: 'created',
          version: 1,
          patientId: patient.userId,
          doctorId: doctor.userId,
          clinicId,
          pharmacyId: chosen,
          appointmentId: null,
          prescriptionId: null,
          expiresAt: '2027-11-20T00:00:00Z',
        },
      });
      await test.drain();
      return ticketId;
    },
    move: async (ticketId, to, { reason = 'test', fence = 0, held = false, actorId, ...more } = {}) => {
      const from = status.get(ticketId) ?? 'sent';
      status.set(ticketId, to);
      if (more.pharmacyId) pharmacies.set(ticketId, more.pharmacyId);
      const sequence = next(ticketId);
      await test.publish(TicketMoved, {
        aggregateId: ticketId,
        sequence,
        ...(actorId && { actorId }),
        data: {
          ticketId,
          version: sequence,
          from,
          to,
          reason,
          pharmacyId: pharmacies.get(ticketId) ?? null,
          fence,
          held,
          leaseUntil: null,
        },
      });
      await test.drain();
    },
    known: (ticketId, at, chosen) => {
      status.set(ticketId, at);
      pharmacies.set(ticketId, chosen);
      sequences.set(ticketId, 1);
    },
    claim: async (ticketId, fence = 1, by = world.pharmacist) => {
      await world.move(ticketId, 'received', {
        fence,
        held: true,
        reason: 'claimed',
        pharmacyId: by.organisationId,
      });
      const [row] = await test.sql<{ id: PrescriptionId }>(
        'SELECT prescription_id AS id FROM fill WHERE ticket_id = $1',
        [ticketId],
      );
      await world.screen(row!.id);
      return world.claimToken(ticketId, fence, by.organisationId);
    },
    claimToken: (ticketId, fence, pharmacy = pharmacyId, { typ = 'ct-claim+jwt', ...claims } = {}) =>
      jwt.sign(
        {
          ticketId,
          fence,
          ...(claims.expiresIn === undefined && { exp: clock.now.getTime() / 1000 + 86_400 }),
        },
        keys.pem,
        {
          algorithm: 'ES256',
          header: { alg: 'ES256', kid: 'claims', typ },
          issuer: 'carethread-tickets',
          audience: 'carethread-claim',
          subject: pharmacy,
          noTimestamp: true,
          ...claims,
        },
      ),
    resolve: async (prescriptionId, as = {}) => {
      // What a medicine is does not change because it was signed.
      said.set(prescriptionId, as);
      const written = (await test.emitted(LinesWritten)).findLast(
        ({ data }) => data.prescriptionId === prescriptionId,
      );
      if (!written) return;
      const { lines, ...about } = written.data;
      await test.publish(LinesResolved, {
        aggregateId: newId(),
        sequence: 1,
        data: {
          ...about,
          releaseId: newId<'Release'>(),
          lines: lines.map(({ lineId }) => ({ lineId, ...amoxicillin, ...as })),
        },
      });
      await test.drain();
    },
    screen: async (prescriptionId, verdict = {}, more = {}) => {
      const [asked] = await test.sql<any>(
        `SELECT s.number, s.content_hash, s.content_version, p.ticket_id,
           (SELECT json_agg(id) FROM prescription_line l WHERE l.prescription_id = p.id AND l.content_version = s.content_version) AS lines
         FROM screening s JOIN prescription p ON p.id = s.prescription_id
         WHERE p.id = $1 ORDER BY s.number DESC LIMIT 1`,
        [prescriptionId],
      );
      const [inForce] = await test.sql<{ id: string }>(
        'SELECT release_id AS id FROM catalog_release ORDER BY published_at DESC LIMIT 1',
      );
      await test.publish(ScreeningCompleted, {
        aggregateId: prescriptionId,
        sequence: asked.number,
        data: {
          screeningId: newId<'Screening'>(),
          prescriptionId,
          ticketId: asked.ticket_id,
          contentVersion: asked.content_version,
          contentHash: more.contentHash ?? asked.content_hash,
          screeningNumber: more.screeningNumber ?? asked.number,
          lines: asked.lines.map((lineId: string) => ({
            lineId,
            ...amoxicillin,
            ...(more.as ?? said.get(prescriptionId)),
          })),
          verdict: {
            status: 'clear',
            releaseId: inForce?.id ?? '01890000-0000-7000-8000-000000000001',
            inputHash: 'hash',
            findings: [],
            checked: ['interaction', 'allergy'],
            notChecked: [],
            ...verdict,
          },
        },
      });
      await test.drain();
    },
    mutate: async (actor, name, input, fields) =>
      (await test.query(actor, mutationText(name, fields), { input }))[name],
    close: async () => {
      await test.close();
      await keys.close();
    },
  };
  await Promise.all([
    registerOrganisation(test, clinicId, 'clinic', zone),
    registerOrganisation(test, pharmacyId, 'pharmacy', zone),
    ...[world.doctor, world.patient, world.pharmacist].map((actor) => grantMembership(test, actor)),
  ]);
  await test.drain();
  return world;
}
