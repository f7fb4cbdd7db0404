import { newId } from '@carethread/contracts/ids.ts';
import { booksPolicy, paymentPolicy, paymentTaskPolicy } from '@carethread/contracts/policy/payment.ts';
import { crowd } from '@carethread/service-kit/testing/crowd.ts';
import { rollDice } from '@carethread/service-kit/testing/dice.ts';
import { policyDatabase, type PolicyDatabase } from '@carethread/service-kit/testing/policy-database.ts';
import { compare, twin, unnoticedMutations } from '@carethread/service-kit/testing/policy-twin.ts';
import { uncovered, visibleToNobody } from '@carethread/service-kit/testing/row-security.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const dice = rollDice(Number(process.env['POLICY_SEED'] ?? Date.now() % 1_000_000));
const world = crowd(dice);
const now = new Date();
const payments = Array.from({ length: 250 }, () => ({
  id: newId(),
  attemptId: newId(),
  taskId: newId(),
  payerId: dice.pick(world.patients),
  doctorId: dice.pick(world.doctors),
  ownerId: dice.pick(world.doctors),
}));
const webhookId = newId();

let database: PolicyDatabase;
beforeAll(async () => {
  database = await policyDatabase('payments', '.');
  const { fill } = database;
  await fill(
    'payment',
    payments.map(({ id, payerId, doctorId }) => ({
      id,
      ticket_id: newId(),
      payer_id: payerId,
      doctor_id: doctorId,
      clinic_id: newId(),
      amount_minor: 1,
      currency: 'EUR',
      purpose: 'other',
      requested_at: now,
      status: 'pending',
      failures: 0,
      version: 1,
      event_count: 1,
    })),
  );
  await fill(
    'attempt',
    payments.map(({ id, attemptId }) => ({
      id: attemptId,
      payment_id: id,
      number: 1,
      provider: 'x',
      method: 'x',
      status: 'declined',
      asked: 1,
      started_at: now,
      captured_minor: 0,
      refunded_minor: 0,
    })),
  );
  await fill(
    'payment_task',
    payments.map(({ id, taskId, ownerId }) => ({
      id: taskId,
      payment_id: id,
      kind: 'disputed',
      subject: 'x',
      owner_id: ownerId,
      opened_at: now,
      version: 1,
    })),
  );
  const notice = { event_id: 'x', type: 'x', notice: {}, status: 'received', tries: 0, received_at: now };
  await fill('webhook', [{ id: webhookId, provider: 'x', ...notice }]);
});
afterAll(() => database?.drop());

const keyedBy = (key: 'id' | 'attemptId' | 'taskId') =>
  new Map(payments.map((payment) => [payment[key] as string, payment]));
const twins = [
  twin({
    entity: 'Payment',
    table: 'payment',
    key: 'id::text',
    rows: keyedBy('id'),
    read: paymentPolicy.read,
    change: { column: 'version', allowed: paymentPolicy.change },
  }),
  twin({
    entity: 'PaymentAttempt',
    table: 'attempt',
    key: 'id::text',
    rows: keyedBy('attemptId'),
    read: paymentPolicy.read,
    change: { column: 'refunded_minor', allowed: paymentPolicy.change },
  }),
  twin({
    entity: 'PaymentTask',
    table: 'payment_task',
    key: 'id::text',
    rows: keyedBy('taskId'),
    read: paymentTaskPolicy.read,
    change: { column: 'version', allowed: paymentTaskPolicy.change },
  }),
  twin({
    entity: 'webhook',
    table: 'webhook',
    key: 'id::text',
    rows: new Map([[webhookId as string, {}]]),
    read: booksPolicy.read,
  }),
];

describe('who may do what with a payment', () => {
  it('is the same in the policy and in the database (U-05, U-06)', async () => {
    const { asked, allowed, differences } = await compare(database.app, world.actors, twins);
    expect({ seed: dice.seed, differences }).toEqual({ seed: dice.seed, differences: [] });
    expect(asked).toBeGreaterThan(100_000);
    expect(allowed).toBeGreaterThan(asked / 50);
  });

  it('is noticed where a policy is opened or shut', async () => {
    const notices = async () =>
      (await compare(database.app, world.actors, twins, { untilOneDiffers: true })).differences.length > 0;
    // Whoever sees a payment is a party, and nobody changes what they do not see: opening this one alone opens nothing.
    const masked = ['parties_change ON payment USING (true)'];
    expect(await unnoticedMutations(database.sql, twins, notices)).toEqual(masked);
  });
});

describe('row security', () => {
  const exceptions = {
    notIndexed: {
      'payment.doctor_id': 'Looked up by ticket or payer.',
      'ticket.patient_id': 'A copy, looked up by its id.',
      'ticket.doctor_id': 'A copy, looked up by its id.',
    },
  };
  it('covers every table with personal data (U-05)', async () => {
    expect(await uncovered(database.sql, exceptions)).toEqual([]);
  });

  it('shows the application nothing without an identity', async () => {
    const asApp = async <Row>(text: string) => (await database.app.query(text)).rows as Row[];
    expect(await visibleToNobody(database.sql, asApp, exceptions)).toEqual([]);
  });
});
