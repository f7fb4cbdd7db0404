import { RenewalRefundRequested, RenewalRequested } from '@carethread/contracts/events/renewals.ts';
import { PaymentRequested } from '@carethread/contracts/events/payments.ts';
import {
  derivedId,
  newId,
  type PaymentId,
  type RenewalId,
  type TicketId,
} from '@carethread/contracts/ids.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { booksAgree } from './books-agree.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => void (world = await startWorld()));
afterAll(() => world.close());
afterEach(() => booksAgree(world), 30_000);

/** As prescriptions tells of it. */
async function requested(ticketId: TicketId = newId<'Ticket'>(), times = 1, minor = 1_500) {
  const renewalId = newId<'Renewal'>();
  const paymentId = derivedId<'Payment'>(renewalId, 'payment');
  const { userId: doctorId, organisationId: clinicId } = world.doctor;
  const patientId = world.patient.userId;
  const data = {
    renewalId,
    ticketId,
    patientId,
    doctorId,
    clinicId,
    paymentId,
    sourceId: newId<'Prescription'>(),
    amountMinor: minor,
    currency: 'USD',
  };
  for (let n = 0; n < times; n++)
    await world.payments.publish(RenewalRequested, { aggregateId: renewalId, sequence: n + 1, data });
  await world.quiet();
  return { renewalId, ticketId, paymentId };
}
const pay = (paymentId: PaymentId) =>
  world.call(world.patient, 'startPayment', {
    idempotencyKey: newId(),
    paymentId,
    expectedVersion: 1,
    paymentMethod: 'pm_card_visa',
  });
const refund = async (renewalId: RenewalId, ticketId: TicketId, minor: number, sequence: number) => {
  const lines = [{ lineId: newId<'Line'>(), minor }];
  const data = { renewalId, ticketId, lines, minor, requestedBy: world.administrator.userId };
  await world.payments.publish(RenewalRefundRequested, { aggregateId: renewalId, sequence, data });
  await world.quiet();
};

describe('the payment of a renewal', () => {
  it('is one, however often it is asked for, also before its ticket is known here', async () => {
    const { renewalId, paymentId, ticketId } = await requested(undefined, 3);
    expect(await world.see(paymentId, world.patient)).toMatchObject({
      status: 'PENDING',
      amount: { text: '15.00 USD' },
    });
    const asked = (await world.payments.emitted(PaymentRequested)).filter(
      ({ data }) => data.ticketId === ticketId,
    );
    expect(asked.map(({ data }) => data)).toMatchObject([
      { paymentId, subjectId: renewalId, purpose: 'renewal' },
    ]);
    await pay(paymentId);
    await world.quiet();
    await world.moveTicket(ticketId, 'cancelled');
    await world.quiet();
    expect(await world.see(paymentId)).toMatchObject({ status: 'REFUNDED' });
    expect(world.taken(paymentId)).toEqual({ charges: [1_500], refunds: [1_500] });
  });

  it('is not asked for when its ticket came to nothing before', async () => {
    const ticketId = newId<'Ticket'>();
    await world.payments.sql(
      `INSERT INTO ticket (id, status, patient_id, doctor_id, clinic_id, sequence) VALUES ($1, 'cancelled', $2, $3, $4, 2)`,
      [ticketId, world.patient.userId, world.doctor.userId, world.doctor.organisationId],
    );
    const { paymentId } = await requested(ticketId);
    expect(await world.see(paymentId)).toBeNull();
  });

  it('goes back line by line, and never more than is left', async () => {
    const { renewalId, ticketId, paymentId } = await requested(undefined, 1, 1_000);
    await pay(paymentId);
    await world.quiet();
    const payBack = async (reason: string, minor: number) =>
      world.call(world.administrator, 'refundPayment', {
        idempotencyKey: newId(),
        paymentId,
        reason,
        minor,
        expectedVersion: (await world.see(paymentId)).version,
      });
    expect((await payBack('NOT_DELIVERED', 100)).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    await refund(renewalId, ticketId, 333, 2);
    expect((await payBack('GOODWILL', 200)).userErrors).toEqual([]);
    await world.quiet();
    for (const sequence of [3, 4]) await refund(renewalId, ticketId, 334, sequence);
    expect(await world.see(paymentId)).toMatchObject({ status: 'REFUNDED' });
    expect(world.taken(paymentId)).toEqual({ charges: [1_000], refunds: [333, 200, 334, 133] });
  });
});
