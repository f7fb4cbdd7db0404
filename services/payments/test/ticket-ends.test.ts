import { FillHandedOver } from '@carethread/contracts/events/prescriptions.ts';
import {
  PaymentCancelled,
  PaymentNeedsAttention,
  PaymentProcessing,
  PaymentRefunded,
  PaymentRefunding,
  PaymentRequested,
  PaymentSucceeded,
  PaymentUnknown,
} from '@carethread/contracts/events/payments.ts';
import type { EventDefinition } from '@carethread/contracts/define-event.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type CaseName, tokenFor } from '../src/simulator/cases.ts';
import { booksAgree } from './books-agree.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => void (world = await startWorld({ PROVIDER_TIMEOUT_MS: '2000' })));
afterAll(() => world.close());
afterEach(() => booksAgree(world), 30_000);

const definitions = [
  PaymentRequested,
  PaymentProcessing,
  PaymentUnknown,
  PaymentSucceeded,
  PaymentCancelled,
  PaymentRefunding,
  PaymentRefunded,
  PaymentNeedsAttention,
] as unknown as EventDefinition<string, unknown>[];

/** What tickets gets for its timeline, in order: the legs of the money. */
async function legs(paymentId: string): Promise<string[]> {
  const events = await Promise.all(
    definitions.map(async (each) =>
      (await world.payments.emitted(each)).map((event) => ({ ...event, type: each.type })),
    ),
  );
  const own = events.flat().filter(({ aggregateId }) => aggregateId === paymentId);
  own.sort((a, b) => a.sequence - b.sequence);
  expect(own.map(({ sequence }) => sequence)).toEqual(own.map((_, at) => at + 1));
  return own.map(({ type }) => type.split('.')[2]!);
}

describe('a ticket that comes to nothing (P-09, T-10, T-13)', () => {
  it('takes a payment with it that was not made', async () => {
    const { id, ticketId } = await world.request();
    await world.moveTicket(ticketId, 'cancelled');
    expect(await world.see(id)).toMatchObject({ status: 'CANCELLED', ending: 'TICKET_CANCELLED' });
    expect(await legs(id)).toEqual(['requested', 'cancelled']);
  });

  it.each(['cancelled', 'expired', 'not_fulfilled'] as const)(
    '%s: what was paid goes back whole',
    async (status) => {
      const payment = await world.pay('pm_card_visa');
      await world.moveTicket(payment.ticketId, status);
      expect(await world.see(payment.id)).toMatchObject({
        status: 'REFUNDED',
        refunds: [{ reason: `TICKET_${status.toUpperCase()}`, status: 'SUCCEEDED' }],
      });
      expect(world.taken(payment.id)).toEqual({ charges: [4_900], refunds: [4_900] });
      expect(await legs(payment.id)).toEqual([
        'requested',
        'processing',
        'succeeded',
        'refunding',
        'refunded',
      ]);
    },
  );

  it('while it is not known whether money was taken: it goes back as soon as it is', async () => {
    const payment = await world.pay(tokenFor('timeout_after_success'));
    await world.moveTicket(payment.ticketId, 'cancelled');
    expect(await world.see(payment.id)).toMatchObject({ status: 'UNKNOWN', ending: 'TICKET_CANCELLED' });
    await world.later(2_000);
    expect(await world.see(payment.id)).toMatchObject({ status: 'REFUNDED' });
    expect(world.taken(payment.id)).toEqual({ charges: [4_900], refunds: [4_900] });
    expect(await legs(payment.id)).toEqual(['requested', 'processing', 'unknown', 'refunding', 'refunded']);
  });

  it('while it is not known, and nothing was taken: cancelled, and not tried again', async () => {
    const payment = await world.pay(tokenFor('timeout_before', 'success'));
    await world.moveTicket(payment.ticketId, 'expired');
    for (const pause of [2_000, 5_000, 15_000, 60_000, 600_000, 60_000]) await world.later(pause);
    expect(await world.see(payment.id)).toMatchObject({
      status: 'CANCELLED',
      attempts: [{ status: 'DECLINED' }],
    });
    expect(world.taken(payment.id)).toEqual({ charges: [], refunds: [] });
  });

  it('while the provider works on it: the charge is called off', async () => {
    const payment = await world.pay(tokenFor('processing'));
    await world.moveTicket(payment.ticketId, 'cancelled');
    expect(await world.see(payment.id)).toMatchObject({
      status: 'CANCELLED',
      attempts: [{ status: 'VOIDED' }],
    });
    await world.simulator.settle();
    expect(world.taken(payment.id)).toEqual({ charges: [], refunds: [] });
  });

  it('between two tries: no further one', async () => {
    const payment = await world.pay(tokenFor('soft_decline', 'success'));
    await world.moveTicket(payment.ticketId, 'cancelled');
    await world.later(60_000);
    expect(await world.see(payment.id)).toMatchObject({ status: 'CANCELLED' });
    expect(world.taken(payment.id).charges).toEqual([]);
  });

  it('of which something was handed over: how much goes back is a person’s task', async () => {
    const payment = await world.pay('pm_card_visa');
    const [prescriptionId, ticketId] = [newId<'Prescription'>(), payment.ticketId];
    await world.payments.publish(FillHandedOver, {
      aggregateId: prescriptionId,
      sequence: 1,
      data: {
        prescriptionId,
        ticketId,
        fillNumber: 1,
        dispenseId: newId<'Dispense'>(),
        complete: false,
        lines: [],
        fence: 1,
      },
    });
    await world.moveTicket(ticketId, 'cancelled');
    expect(await world.see(payment.id)).toMatchObject({
      status: 'SUCCEEDED',
      refunds: [],
      tasks: [{ kind: 'PART_HANDED_OVER', owner: { id: world.doctor.userId } }],
    });
    expect((await legs(payment.id)).at(-1)).toBe('attention_needed');
  });

  it('is not paid for any more, nor while its cancellation is marked', async () => {
    for (const [status, code] of [
      ['cancel_marked', 'ILLEGAL_MOVE'],
      ['expired', 'EXPIRED'],
    ] as const) {
      const { id, ticketId } = await world.request();
      await world.moveTicket(ticketId, status);
      const { version } = await world.see(id);
      const wish = {
        idempotencyKey: newId(),
        paymentId: id,
        expectedVersion: version,
        paymentMethod: 'pm_card_visa',
      };
      expect((await world.call(world.patient, 'startPayment', wish)).userErrors).toMatchObject([{ code }]);
      const more = {
        idempotencyKey: newId(),
        ticketId,
        amount: { minor: 100, currency: 'EUR' },
        purpose: 'OTHER',
      };
      expect((await world.call(world.doctor, 'requestPayment', more)).userErrors).toMatchObject([{ code }]);
    }
  });

  it('at any point of any case ends in a terminal state, with nothing kept', async () => {
    const names: CaseName[] = [
      'success',
      'soft_decline',
      'processing',
      'late_decline',
      'webhook_first',
      'timeout_then_webhook',
    ];
    for (const name of names) {
      const { id: paymentId, version: expectedVersion, ticketId } = await world.request();
      const wish = { idempotencyKey: newId(), paymentId, expectedVersion, paymentMethod: tokenFor(name) };
      // The charge and the cancellation at once.
      await Promise.all([
        world.call(world.patient, 'startPayment', wish),
        world.moveTicket(ticketId, 'cancelled'),
      ]);
      await world.quiet();
      await world.simulator.settle();
      for (const pause of [2_000, 60_000]) await world.later(pause);
      const { status } = await world.see(paymentId);
      const { charges, refunds } = world.taken(paymentId);
      expect({ name, status, kept: charges.length - refunds.length }).toEqual({
        name,
        status: charges.length > 0 ? 'REFUNDED' : 'CANCELLED',
        kept: 0,
      });
    }
  });
});

describe('cancelling a payment', () => {
  const cancel = async (id: string, actor = world.patient) =>
    world.call(actor, 'cancelPayment', {
      paymentId: id,
      expectedVersion: (await world.see(id)).version,
      reason: 'PATIENT_WISH',
    });

  it('has a typed outcome', async () => {
    const { id } = await world.request();
    expect(await cancel(id)).toMatchObject({ outcome: 'CANCELLED', payment: { status: 'CANCELLED' } });
    expect(await cancel(id)).toMatchObject({ outcome: 'ALREADY_CANCELLED', payment: null });
    const paid = await world.pay('pm_card_visa');
    expect(await cancel(paid.id, world.doctor)).toMatchObject({ outcome: 'TOO_LATE' });
    const unknown = await world.pay(tokenFor('timeout_after_success'));
    expect(await cancel(unknown.id)).toMatchObject({ outcome: 'UNWINDING', payment: { status: 'UNKNOWN' } });
    expect(await cancel(unknown.id)).toMatchObject({ outcome: 'UNWINDING', userErrors: [] });
    await world.later(2_000);
    expect(await world.see(unknown.id)).toMatchObject({ status: 'REFUNDED' });
    const missing = { paymentId: newId(), expectedVersion: 1, reason: 'PATIENT_WISH' };
    expect(await world.call(world.patient, 'cancelPayment', missing)).toMatchObject({ outcome: 'NOT_FOUND' });
  });
});
