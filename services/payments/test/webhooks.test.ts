import { createHmac } from 'node:crypto';
import { derivedId, newId } from '@carethread/contracts/ids.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attemptIdOf } from '../src/ids.ts';
import type { PaymentId } from '@carethread/contracts/ids.ts';
import { startWorld, webhookSecret, type World } from './world.ts';

let world: World;
beforeAll(async () => void (world = await startWorld()));
afterAll(() => world.close());

const url = () => `http://127.0.0.1:${world.payments.service.port}/webhooks/flaky`;
const seconds = () => Math.floor(Date.now() / 1000);
const sign = (body: string, at = seconds(), secret = webhookSecret) =>
  `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`;
const post = async (body: string, signature: string): Promise<number> =>
  (await fetch(url(), { method: 'POST', headers: { 'stripe-signature': signature }, body })).status;
const rows = (eventId: string) =>
  world.payments.sql('SELECT status, notice, tries FROM webhook WHERE event_id = $1', [eventId]);

const event = (type: string, object: object, id = `evt_${newId()}`) => ({
  id,
  body: JSON.stringify({ id, object: 'event', type, created: seconds(), data: { object } }),
});
const intent = (reference: string, more: object = {}) => ({
  id: `pi_${derivedId(reference, 'intent')}`,
  object: 'payment_intent',
  amount: 4_900,
  amount_received: 4_900,
  currency: 'eur',
  status: 'succeeded',
  last_payment_error: null,
  metadata: { reference },
  ...more,
});

describe('a webhook (P-05)', () => {
  it('is let in by its signature on the bytes as they came, and its age', async () => {
    const { body, id } = event('customer.created', { id: 'cus_1', object: 'customer' });
    expect(await post(body, '')).toBe(400);
    expect(await post(body, 'nonsense')).toBe(400);
    expect(await post(body, sign(body, seconds(), 'whsec_another'))).toBe(400);
    expect(await post(`${body} `, sign(body))).toBe(400);
    expect(await post(body, sign(body, seconds() - 301))).toBe(400);
    expect(await rows(id)).toEqual([]);
    expect(await post(body, sign(body))).toBe(204);
    expect(await rows(id)).toHaveLength(1);
  });

  it('is stored before it is confirmed: without a database it is not', async () => {
    const { body, id } = event('customer.created', { id: 'cus_2', object: 'customer' });
    await world.payments.sql('ALTER TABLE webhook RENAME TO elsewhere');
    expect(await post(body, sign(body))).toBe(503);
    await world.payments.sql('ALTER TABLE elsewhere RENAME TO webhook');
    expect(await post(body, sign(body))).toBe(204);
    expect(await rows(id)).toHaveLength(1);
  });

  it('counts once, however often it comes', async () => {
    const payment = await world.pay('pm_flaky_no_webhook');
    const [attempt] = await world.payments.sql('SELECT id, charge_id FROM attempt WHERE payment_id = $1', [
      payment.id,
    ]);
    const told = event('payment_intent.succeeded', intent(attempt!['id'], { id: attempt!['charge_id'] }));
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(told.body, sign(told.body))));
    expect(answers).toEqual([204, 204, 204, 204, 204]);
    await world.quiet();
    expect(await rows(told.id)).toMatchObject([{ status: 'applied' }]);
    expect((await world.see(payment.id)).version).toBe(payment.version);
  });

  it('about a payment that cannot be seen yet waits for it (P-06, edge case 4)', async () => {
    const { id, version } = await world.request();
    // The payment is being started in a transaction that has not committed when the webhook comes.
    const reference = attemptIdOf(id as PaymentId, 1);
    const told = event('payment_intent.succeeded', intent(reference));
    expect(await post(told.body, sign(told.body))).toBe(204);
    await world.quiet();
    expect(await rows(told.id)).toMatchObject([{ status: 'waiting', tries: 1 }]);
    await world.later(1_000);
    expect(await rows(told.id)).toMatchObject([{ status: 'waiting', tries: 2 }]);
    const wish = { idempotencyKey: newId(), paymentId: id, expectedVersion: version };
    await world.call(world.patient, 'startPayment', { ...wish, paymentMethod: 'pm_flaky_hard_decline' });
    await world.quiet();
    expect(await world.see(id)).toMatchObject({ status: 'FAILED' });
    await world.later(5_000);
    expect(await rows(told.id)).toMatchObject([{ status: 'applied' }]);
    expect(await world.see(id)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('that never finds its payment is given up after three days, and kept', async () => {
    const told = event('payment_intent.succeeded', intent(newId()));
    await post(told.body, sign(told.body));
    for (let day = 0; day < 12; day++) await world.later(86_400_000);
    expect(await rows(told.id)).toMatchObject([{ status: 'unmatched' }]);
  });

  it('of somebody else on the same account is let be', async () => {
    const foreign = event('payment_intent.succeeded', { ...intent(newId()), metadata: {} });
    const unknown = event('invoice.paid', { id: 'in_1', object: 'invoice' });
    for (const { body } of [foreign, unknown]) await post(body, sign(body));
    await world.quiet();
    for (const { id } of [foreign, unknown]) expect(await rows(id)).toMatchObject([{ status: 'not_ours' }]);
  });

  it('never takes a payment back to where it was (P-06)', async () => {
    const payment = await world.pay('pm_card_visa');
    const [attempt] = await world.payments.sql('SELECT id, charge_id FROM attempt WHERE payment_id = $1', [
      payment.id,
    ]);
    const object = intent(attempt!['id'], { id: attempt!['charge_id'] });
    const error = { type: 'card_error', code: 'card_declined', decline_code: 'lost_card' };
    for (const told of [
      event('payment_intent.processing', { ...object, status: 'processing' }),
      event('payment_intent.payment_failed', {
        ...object,
        status: 'requires_payment_method',
        last_payment_error: error,
      }),
      event('payment_intent.canceled', { ...object, status: 'canceled' }),
    ])
      await post(told.body, sign(told.body));
    await world.quiet();
    expect(await world.see(payment.id)).toMatchObject({ status: 'SUCCEEDED', version: payment.version });
  });

  it('leaves nothing behind that a card or a person could be known by', async () => {
    const card = { number: '4242424242424242', last4: '4242', brand: 'visa' };
    const billing_details = { name: 'Grace Okafor', email: 'grace@example.org' };
    const told = event('payment_intent.succeeded', {
      ...intent(newId()),
      payment_method: { card, billing_details },
    });
    await post(told.body, sign(told.body));
    const [{ notice }] = (await rows(told.id)) as [{ notice: object }];
    expect(Object.keys(notice).sort()).toEqual(['about', 'chargeId', 'id', 'news', 'reference', 'type']);
    expect(JSON.stringify(notice)).not.toMatch(/4242|Okafor|example/);
  });
});
