import type { Actor } from '@carethread/contracts/actor.ts';
import { TicketMoved, TicketOpened, type TicketStatus } from '@carethread/contracts/events/tickets.ts';
import { newId, type OrganisationId, type TicketId } from '@carethread/contracts/ids.ts';
import { readConfig } from '@carethread/service-kit/config.ts';
import { mutationText } from '@carethread/service-kit/testing/mutation-text.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { startTestService, type TestService } from '@carethread/service-kit/testing/test-service.ts';
import { paymentsConfig } from '../src/config.ts';
import { createPaymentsService } from '../src/service.ts';
import { type Simulator, startSimulator } from '../src/simulator/simulator.ts';

/** What a test reads of a payment. */
export const paymentFields = `id status version explanation nextTryAt ending amount { minor currency text }
  attempts { number status decline asked provider } refunds { number reason status failure amount { minor } }
  tasks { id kind subject owner { id } resolution version }`;

export interface Shown {
  id: string;
  status: string;
  version: number;
  explanation: string;
  nextTryAt: string | null;
  ending: string | null;
  amount: { minor: number; currency: string; text: string };
  attempts: { number: number; status: string; decline: string | null; asked: number; provider: string }[];
  refunds: {
    number: number;
    reason: string;
    status: string;
    failure: string | null;
    amount: { minor: number };
  }[];
  tasks: {
    id: string;
    kind: string;
    subject: string;
    owner: { id: string };
    resolution: string | null;
    version: number;
  }[];
}

/** A clinic's doctor and patient with an administrator, a payments service, and the simulator as its provider. */
export interface World {
  payments: TestService;
  simulator: Simulator;
  doctor: Actor;
  patient: Actor;
  administrator: Actor;
  /** Moves the service's clock forward by this many milliseconds, for good. */
  later(ms: number): Promise<void>;
  now(): Date;
  call(actor: Actor, mutation: string, input: object): Promise<Record<string, any>>;
  /** A ticket of the patient and the doctor, as tickets would tell of it. */
  ticket(): Promise<TicketId>;
  moveTicket(ticketId: TicketId, to: TicketStatus): Promise<void>;
  /** Money that the doctor asks the patient for, on a ticket of its own unless one is given. */
  request(
    amount?: { minor: number; currency: string },
    ticketId?: TicketId,
  ): Promise<Shown & { ticketId: TicketId }>;
  /** The patient pays with this token, and everything comes to rest that needs no time. */
  pay(token: string, more?: { minor: number; currency: string }): Promise<Shown & { ticketId: TicketId }>;
  see(id: string, actor?: Actor): Promise<Shown>;
  /** Until no webhook is under way and nothing is left to do. */
  quiet(): Promise<void>;
  /** What the simulator really took and gave back for this payment, in minor units. */
  taken(paymentId: string): { charges: number[]; refunds: number[] };
  close(): Promise<void>;
}

export const apiKey = 'sk_test_simulator';
export const webhookSecret = 'whsec_simulator';

export async function startWorld(extraEnv: Record<string, string> = {}, slowMs = 1_000): Promise<World> {
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const simulator = await startSimulator({ port: 0, apiKey, webhookSecret, slowMs });
  const payments = await startTestService(
    'payments',
    '.',
    (env) => createPaymentsService(readConfig(paymentsConfig, env), { now }),
    {
      PAYMENT_PROVIDER: 'flaky',
      PROVIDER_URL: simulator.url,
      PROVIDER_API_KEY: apiKey,
      PROVIDER_WEBHOOK_SECRET: webhookSecret,
      PAYMENT_ASK_SECONDS: '2,5,15,60,600',
      COPY_WAIT_MS: '50',
      ...extraEnv,
    },
  );
  simulator.webhooks.sendTo(`http://127.0.0.1:${payments.service.port}/webhooks/flaky`);
  const clinic = newId() as OrganisationId;
  const doctor = person('doctor', { organisationId: clinic });
  const patient = person('patient', { organisationId: clinic });
  let moves = 1;

  const quiet = async () => {
    await payments.drain();
    await simulator.webhooks.idle();
    await payments.drain();
  };
  const call: World['call'] = async (actor, mutation, input) => {
    const extra = mutation === 'cancelPayment' ? 'outcome' : '';
    const object = mutation.endsWith('Task')
      ? 'task { id version resolution owner { id } }'
      : `payment { ${paymentFields} }`;
    return (await payments.query(actor, mutationText(mutation, `${extra} ${object}`), { input }))[mutation];
  };
  const see: World['see'] = async (id, actor = doctor) =>
    (await payments.query(actor, `query ($id: ID!) { payment(id: $id) { ${paymentFields} } }`, { id }))[
      'payment'
    ];
  const ticket = async () => {
    const ticketId = newId<'Ticket'>();
    await payments.publish(TicketOpened, {
      aggregateId: ticketId,
      sequence: 1,
      data: {
        ticketId,
        number: 'TKT-20261120-7KQ3M',
        kind: 'consultation',
        status: 'created',
        version: 1,
        patientId: patient.userId,
        doctorId: doctor.userId,
        clinicId: clinic,
        pharmacyId: null,
        appointmentId: null,
        prescriptionId: null,
        expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
      },
    });
    await payments.drain();
    return ticketId;
  };
  const request: World['request'] = async (amount = { minor: 4_900, currency: 'EUR' }, given) => {
    const ticketId = given ?? (await ticket());
    const wish = { idempotencyKey: newId(), ticketId, amount, purpose: 'CONSULTATION' };
    const { payment, userErrors } = await call(doctor, 'requestPayment', wish);
    if (!payment) throw new Error(`Not asked for: ${JSON.stringify(userErrors)}`);
    return { ...payment, ticketId };
  };

  return {
    payments,
    simulator,
    doctor,
    patient,
    administrator: person('administrator'),
    now,
    async later(ms) {
      ahead += ms;
      await quiet();
    },
    call,
    ticket,
    async moveTicket(ticketId, to) {
      await payments.publish(TicketMoved, {
        aggregateId: ticketId,
        sequence: (moves += 1),
        data: {
          ticketId,
          version: moves,
          from: 'created',
          to,
          reason: 'other',
          pharmacyId: null,
          fence: 0,
          held: false,
          leaseUntil: null,
        },
      });
      await quiet();
    },
    request,
    async pay(paymentMethod, amount) {
      const { id: paymentId, version: expectedVersion, ticketId } = await request(amount);
      const wish = { idempotencyKey: newId(), paymentId, expectedVersion, paymentMethod };
      const { userErrors } = await call(patient, 'startPayment', wish);
      if (userErrors.length > 0) throw new Error(`Not started: ${JSON.stringify(userErrors)}`);
      await quiet();
      return { ...(await see(paymentId)), ticketId };
    },
    see,
    quiet,
    taken(paymentId) {
      const charged = [...simulator.books.intents.values()].filter(
        ({ metadata, status }) => metadata['payment'] === paymentId && status === 'succeeded',
      );
      const back = [...simulator.books.refunds.values()].filter(
        ({ payment_intent, status }) =>
          status === 'succeeded' && charged.some(({ id }) => id === payment_intent),
      );
      return {
        charges: charged.map(({ amount_received }) => amount_received),
        refunds: back.map(({ amount }) => amount),
      };
    },
    async close() {
      await simulator.stop();
      await payments.close();
    },
  };
}
