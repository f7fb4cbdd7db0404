import { newId } from '@carethread/contracts/ids.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { booksAgree } from './books-agree.ts';
import { tokenFor } from '../src/simulator/cases.ts';
import { type Shown, startWorld, type World } from './world.ts';

/** Every ugly case of the provider, and after each the books are the same on both sides (ahead of everyone, 8). */
let world: World;
beforeAll(async () => void (world = await startWorld({ PROVIDER_TIMEOUT_MS: '3000' }, 4_000)));
afterAll(() => world.close());

const statuses = (payment: Shown) => payment.attempts.map(({ status }) => status);

/** When each try began, and when its end was known. */
const triesOf = async (id: string): Promise<{ startedAt: string; endedAt: string | null }[]> =>
  (
    await world.payments.query(
      world.doctor,
      'query ($id: ID!) { payment(id: $id) { attempts { startedAt endedAt } } }',
      { id },
    )
  )['payment'].attempts;

afterEach(() => booksAgree(world), 30_000);

describe('a charge', () => {
  it('that works is paid once', async () => {
    const payment = await world.pay('pm_card_visa');
    expect(payment).toMatchObject({ status: 'SUCCEEDED', explanation: 'Paid.' });
    expect(statuses(payment)).toEqual(['SUCCEEDED']);
    expect(world.taken(payment.id)).toEqual({ charges: [4_900], refunds: [] });
  });

  it.each([
    ['JPY', 1_250],
    ['KWD', 1_250],
    ['ISK', 700],
    ['UGX', 5_000],
  ])('of %s is taken to the minor unit (P-08)', async (currency, minor) => {
    const payment = await world.pay('pm_card_visa', { minor, currency });
    expect(payment).toMatchObject({ status: 'SUCCEEDED', amount: { minor, currency } });
    const [entry] = await world.payments.sql(
      `SELECT minor FROM ledger_entry JOIN ledger_transaction ON id = transaction_id
         WHERE payment_id = $1 AND account LIKE 'provider:%'`,
      [payment.id],
    );
    expect(entry).toEqual({ minor });
  });

  it('that times out after success is unknown, and paid once the provider was asked (P-03)', async () => {
    const payment = await world.pay(tokenFor('timeout_after_success'));
    expect(payment).toMatchObject({ status: 'UNKNOWN' });
    expect(payment.explanation).toMatch(/we do not know yet whether it was taken/);
    const again = { idempotencyKey: newId(), paymentId: payment.id, expectedVersion: payment.version };
    for (const [mutation, more] of [
      ['startPayment', { paymentMethod: 'pm_card_visa' }],
      ['retryPayment', {}],
    ] as const)
      expect((await world.call(world.patient, mutation, { ...again, ...more })).userErrors).toMatchObject([
        { code: 'ILLEGAL_MOVE', currentStatus: 'UNKNOWN' },
      ]);
    await world.later(2_000);
    expect(await world.see(payment.id)).toMatchObject({ status: 'SUCCEEDED' });
    expect(world.taken(payment.id)).toEqual({ charges: [4_900], refunds: [] });
  });

  it('that times out, and whose webhook comes, is paid without a question', async () => {
    const payment = await world.pay(tokenFor('timeout_then_webhook'));
    expect(payment).toMatchObject({ status: 'SUCCEEDED', attempts: [{ asked: 0 }] });
  });

  it('that times out before it arrives is not tried again before the provider was asked, long enough after', async () => {
    const payment = await world.pay(tokenFor('timeout_before', 'success'));
    await world.later(2_000);
    expect(await world.see(payment.id)).toMatchObject({ status: 'UNKNOWN', attempts: [{ asked: 1 }] });
    // The provider knows nothing of it, two minutes after it was sent: it never got it.
    for (const pause of [5_000, 15_000, 60_000, 600_000]) await world.later(pause);
    await world.later(10_000);
    const paid = await world.see(payment.id);
    expect(paid).toMatchObject({ status: 'SUCCEEDED' });
    expect(paid.attempts).toMatchObject([
      { status: 'DECLINED', decline: 'not_received' },
      { status: 'SUCCEEDED' },
    ]);
    expect(world.taken(payment.id).charges).toEqual([4_900]);
  });

  it('that succeeds late, after the second try did, is paid back by itself and shown (edge case 5)', async () => {
    const payment = await world.pay(tokenFor('late_success', 'success'));
    for (const pause of [2_000, 5_000, 15_000, 60_000, 600_000, 10_000]) await world.later(pause);
    expect(await world.see(payment.id)).toMatchObject({ status: 'SUCCEEDED' });
    await world.simulator.settle();
    await world.quiet();
    const shown = await world.see(payment.id);
    expect(shown).toMatchObject({
      status: 'SUCCEEDED',
      attempts: [{ status: 'SUCCEEDED' }, { status: 'SUCCEEDED' }],
      refunds: [{ reason: 'CHARGED_TWICE', status: 'SUCCEEDED', amount: { minor: 4_900 } }],
    });
    expect(world.taken(payment.id)).toEqual({ charges: [4_900, 4_900], refunds: [4_900] });
  });

  it('that is declined for good stops at once, and a person tries again with another method (P-04)', async () => {
    const payment = await world.pay(tokenFor('hard_decline'));
    expect(payment).toMatchObject({
      status: 'FAILED',
      nextTryAt: null,
      attempts: [{ status: 'DECLINED', decline: 'lost_card' }],
    });
    await world.later(60_000);
    expect((await world.see(payment.id)).attempts).toHaveLength(1);
    const wish = { idempotencyKey: newId(), paymentId: payment.id, expectedVersion: payment.version };
    await world.call(world.patient, 'retryPayment', { ...wish, paymentMethod: 'pm_card_visa' });
    await world.quiet();
    expect(await world.see(payment.id)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('that is declined for a passing cause is tried three times more, ten seconds apart, and no more (P-04)', async () => {
    const payment = await world.pay(tokenFor('soft_decline'));
    expect(payment).toMatchObject({ status: 'PROCESSING' });
    expect(payment.explanation).toMatch(/tried again by itself/);
    const wait = async (times: number) => {
      for (let time = 0; time < times; time++) {
        await world.later(9_000);
        await world.later(1_500);
      }
    };
    await wait(3);
    expect(await triesOf(payment.id)).toHaveLength(4);
    await wait(3);
    // By the service's clock: how long a test takes between two of its own steps says nothing of it.
    const tries = await triesOf(payment.id);
    expect(tries).toHaveLength(4);
    for (const [at, { startedAt }] of tries.slice(1).entries())
      expect(Date.parse(startedAt) - Date.parse(tries[at]!.endedAt!)).toBeGreaterThanOrEqual(10_000);
    expect(await world.see(payment.id)).toMatchObject({ status: 'FAILED', nextTryAt: null });
    expect(world.taken(payment.id)).toEqual({ charges: [], refunds: [] });
  });

  it('that is declined softly and then works is paid once', async () => {
    const payment = await world.pay(tokenFor('soft_decline', 'success'));
    await world.later(10_000);
    expect(await world.see(payment.id)).toMatchObject({ status: 'SUCCEEDED' });
    expect(world.taken(payment.id)).toEqual({ charges: [4_900], refunds: [] });
  });

  it.each(['webhook_first', 'webhook_twice', 'webhooks_out_of_order', 'no_webhook'] as const)(
    'with %s is paid once, and stays so (P-06)',
    async (name) => {
      const payment = await world.pay(tokenFor(name));
      expect(payment).toMatchObject({ status: 'SUCCEEDED', attempts: [{ status: 'SUCCEEDED' }] });
      expect(world.taken(payment.id)).toEqual({ charges: [4_900], refunds: [] });
    },
  );

  it('that is declined late fails late', async () => {
    const payment = await world.pay(tokenFor('late_decline'));
    expect(payment).toMatchObject({ status: 'PROCESSING', attempts: [{ status: 'PROCESSING' }] });
    await world.simulator.settle();
    await world.quiet();
    expect(await world.see(payment.id)).toMatchObject({
      status: 'FAILED',
      attempts: [{ decline: 'insufficient_funds' }],
    });
  });

  it('whose answer takes longer than we wait is unknown, and paid once', async () => {
    const payment = await world.pay(tokenFor('slow'));
    await world.later(2_000);
    expect(await world.see(payment.id)).toMatchObject({ status: 'SUCCEEDED' });
    expect(world.taken(payment.id).charges).toEqual([4_900]);
  });

  it('while the provider is down is unknown for as long, and a person is told', async () => {
    const { id: paymentId, version: expectedVersion } = await world.request();
    world.simulator.down = true;
    const wish = { idempotencyKey: newId(), paymentId, expectedVersion, paymentMethod: 'pm_card_visa' };
    await world.call(world.patient, 'startPayment', wish);
    await world.quiet();
    for (const pause of [2_000, 5_000, 15_000, 60_000, 600_000, 600_000]) await world.later(pause);
    expect(await world.see(paymentId)).toMatchObject({
      status: 'UNKNOWN',
      attempts: [{ asked: 6 }],
      tasks: [{ kind: 'CHARGE_UNKNOWN', owner: { id: world.doctor.userId } }],
    });
    world.simulator.down = false;
    await world.later(600_000);
    await world.later(10_000);
    expect(await world.see(paymentId)).toMatchObject({ status: 'SUCCEEDED' });
    expect(world.taken(paymentId).charges).toEqual([4_900]);
  });

  it('that the provider refuses for too many requests is tried again', async () => {
    const payment = await world.pay(tokenFor('rate_limited', 'success'));
    await world.later(10_000);
    expect(await world.see(payment.id)).toMatchObject({
      status: 'SUCCEEDED',
      attempts: [{ decline: 'rate_limited' }, { status: 'SUCCEEDED' }],
    });
  });
});
