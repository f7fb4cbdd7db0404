import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor } from '@carethread/contracts/actor.ts';
import { TicketMoved, TicketOpened } from '@carethread/contracts/events/tickets.ts';
import { newId, type OrganisationId, type TicketId } from '@carethread/contracts/ids.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { openDatabase } from '@carethread/service-kit/database.ts';
import type { Service } from '@carethread/service-kit/service.ts';
import { mutationText } from '@carethread/service-kit/testing/mutation-text.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { startTestService, type TestService } from '@carethread/service-kit/testing/test-service.ts';
import { type Simulator, startSimulator } from '../src/simulator/simulator.ts';
import { instance, type Instance } from './instance.ts';

/** The service as processes that are killed, beside the simulator, which is not. */
export interface OwnProcess {
  payments: TestService & { service: { database: Database } };
  simulator: Simulator;
  instances: Instance[];
  logFile: string;
  doctor: Actor;
  patient: Actor;
  /** A payment of a new ticket, asked for and begun; answers its ids. */
  begin(token: string): Promise<{ paymentId: string; ticketId: TicketId }>;
  cancelTicket(ticketId: TicketId): Promise<void>;
  statuses(): Promise<Record<string, string>>;
  close(): Promise<void>;
}

/** Short pauses, so that a test sees their end. */
const pauses = {
  PROVIDER_TIMEOUT_MS: '1000',
  PAYMENT_RETRY_SECONDS: '0.3',
  PAYMENT_ASK_SECONDS: '0.2,0.4,0.8,1',
  PAYMENT_SETTLE_SECONDS: '3',
};

export async function startOwnProcess(
  count: number,
  extraEnv: Record<string, string> = {},
): Promise<OwnProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'carethread-payments-'));
  const logFile = join(folder, 'payments.log');
  const keys = { apiKey: 'sk_test_simulator', webhookSecret: 'whsec_simulator' };
  const simulator = await startSimulator({ port: 0, ...keys, slowMs: 1_500, settleAfterMs: 500 });
  const instances: Instance[] = [];
  let database: Database | undefined;
  const create = async (env: Record<string, string>): Promise<Service> => {
    for (let n = 0; n < count; n++) instances.push(await instance(env, logFile));
    database = openDatabase({
      appUrl: env['DATABASE_URL']!,
      workerUrl: env['WORKER_DATABASE_URL']!,
      poolSize: 2,
      onWake: () => {},
      onError: () => {},
    });
    return {
      port: instances[0]!.port,
      database,
      start: async () => void (await Promise.all(instances.map((each) => each.start()))),
      drain: async () => {},
      stop: async () => {
        await Promise.all(instances.map((each) => each.kill()));
        await database?.close();
      },
    };
  };
  const payments = await startTestService('payments', '.', create, {
    PAYMENT_PROVIDER: 'flaky',
    PROVIDER_URL: simulator.url,
    PROVIDER_API_KEY: keys.apiKey,
    PROVIDER_WEBHOOK_SECRET: keys.webhookSecret,
    ...pauses,
    ...extraEnv,
  });
  simulator.webhooks.sendTo(`http://127.0.0.1:${instances[0]!.port}/webhooks/flaky`);
  const clinicId = newId() as OrganisationId;
  const doctor = person('doctor', { organisationId: clinicId });
  const patient = person('patient', { organisationId: clinicId });

  /** Under one key until it is answered: what was killed in between is asked again. */
  const insist = async (actor: Actor, mutation: string, input: object): Promise<Record<string, any>> => {
    for (const deadline = Date.now() + 60_000; ;) {
      const answer = await payments
        .query(actor, mutationText(mutation, 'payment { id version status }'), { input })
        .catch((error: unknown) => {
          if (Date.now() > deadline) throw error;
          return null;
        });
      const payload = answer?.[mutation];
      const [refused] = payload?.userErrors ?? [];
      // The ticket's event may still be on its way.
      if (payload && refused?.code !== 'NOT_FOUND') return payload;
      if (Date.now() > deadline) throw new Error(`${mutation} got no answer: ${JSON.stringify(refused)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  return {
    payments,
    simulator,
    instances,
    logFile,
    doctor,
    patient,
    async begin(paymentMethod) {
      const ticketId = newId<'Ticket'>();
      await payments.publish(TicketOpened, {
        aggregateId: ticketId,
        sequence: 1,
        data: {
          ticketId,
          number: 'TKT-20261120-7KQ3M',
          kind: 'consultation',
          status: 'sent',
          version: 1,
          patientId: patient.userId,
          doctorId: doctor.userId,
          clinicId,
          pharmacyId: null,
          appointmentId: null,
          prescriptionId: null,
          expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
        },
      });
      const wish = { ticketId, amount: { minor: 4_900, currency: 'EUR' }, purpose: 'CONSULTATION' };
      const asked = await insist(doctor, 'requestPayment', { ...wish, idempotencyKey: newId() });
      const { id: paymentId, version: expectedVersion } = asked['payment'];
      const pay = { paymentId, expectedVersion, paymentMethod, idempotencyKey: newId() };
      const { userErrors } = await insist(patient, 'startPayment', pay);
      if (userErrors.length > 0) throw new Error(`Not begun: ${JSON.stringify(userErrors)}`);
      return { paymentId, ticketId };
    },
    async cancelTicket(ticketId) {
      const to = 'cancelled' as const;
      const hold = { pharmacyId: null, fence: 0, held: false, leaseUntil: null };
      const data = { ticketId, version: 2, from: 'sent' as const, to, reason: 'other', ...hold };
      await payments.publish(TicketMoved, { aggregateId: ticketId, sequence: 2, data });
    },
    async statuses() {
      const rows = await payments.sql<{ id: string; status: string }>('SELECT id, status FROM payment');
      return Object.fromEntries(rows.map(({ id, status }) => [id, status]));
    },
    async close() {
      await simulator.stop();
      await payments.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
