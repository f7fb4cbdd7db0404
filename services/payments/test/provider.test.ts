import { newId } from '@carethread/contracts/ids.ts';
import { describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { stripeProvider } from '../src/provider/stripe.ts';
import { startSimulator } from '../src/simulator/simulator.ts';
import { providerSuite } from './provider-suite.ts';

const settings = { webhookSecret: 'whsec_simulator', timeoutMs: 5_000, toleranceSeconds: 300 };

providerSuite('the simulator', async () => {
  const simulator = await startSimulator({
    port: 0,
    apiKey: 'sk_test_x',
    webhookSecret: settings.webhookSecret,
  });
  return {
    provider: stripeProvider({ ...settings, name: 'flaky', apiKey: 'sk_test_x', url: simulator.url }),
    methods: { good: 'pm_card_visa', declined: 'pm_flaky_hard_decline' },
    stop: () => simulator.stop(),
  };
});

const key = process.env['STRIPE_TEST_KEY'];
if (key)
  providerSuite('Stripe itself, in test mode', async () => ({
    provider: stripeProvider({ ...settings, name: 'stripe', apiKey: key, timeoutMs: 30_000 }),
    methods: { good: 'pm_card_visa', declined: 'pm_card_visa_chargeDeclined' },
    stop: async () => {},
  }));
else
  console.warn('STRIPE_TEST_KEY is not set: the suite runs against the simulator only, not against Stripe.');

describe('the simulator speaks Stripe’s protocol to Stripe’s own client', () => {
  const talk = async <Result>(
    work: (stripe: Stripe, url: string) => Promise<Result>,
    apiKey = 'sk_test_x',
  ) => {
    const simulator = await startSimulator({ port: 0, apiKey: 'sk_test_x', webhookSecret: 'whsec_x' });
    const { hostname: host, port } = new URL(simulator.url);
    const options = { host, port, protocol: 'http' as const, maxNetworkRetries: 0, telemetry: false };
    return work(new Stripe(apiKey, options), simulator.url).finally(() => simulator.stop());
  };
  const order = { amount: 500, currency: 'eur', confirm: true, payment_method: 'pm_card_visa' };

  it('errors arrive as the client’s own kinds', async () => {
    await talk(async (stripe) => {
      const idempotencyKey = newId();
      await stripe.paymentIntents.create(order, { idempotencyKey });
      await expect(
        stripe.paymentIntents.create({ ...order, amount: 1 }, { idempotencyKey }),
      ).rejects.toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
      const declined = { ...order, payment_method: 'pm_flaky_hard_decline' };
      await expect(stripe.paymentIntents.create(declined)).rejects.toMatchObject({
        type: 'StripeCardError',
        code: 'card_declined',
        decline_code: 'lost_card',
        payment_intent: { status: 'requires_payment_method' },
      });
      await expect(stripe.paymentIntents.retrieve('pi_none')).rejects.toMatchObject({
        code: 'resource_missing',
      });
      const limited = { ...order, payment_method: 'pm_flaky_rate_limited' };
      await expect(stripe.paymentIntents.create(limited)).rejects.toBeInstanceOf(
        Stripe.errors.StripeRateLimitError,
      );
      const broken = { ...order, payment_method: 'pm_flaky_down' };
      await expect(stripe.paymentIntents.create(broken)).rejects.toBeInstanceOf(Stripe.errors.StripeAPIError);
    });
    await talk(async (stripe) => {
      await expect(stripe.paymentIntents.create(order)).rejects.toBeInstanceOf(
        Stripe.errors.StripeAuthenticationError,
      );
    }, 'sk_test_wrong');
  });

  it('two calls under one key at once are one charge', async () => {
    await talk(async (stripe) => {
      const idempotencyKey = newId();
      const calls = Array.from({ length: 5 }, () => stripe.paymentIntents.create(order, { idempotencyKey }));
      const answers = await Promise.allSettled(calls);
      const ids = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.id] : []));
      expect(new Set(ids).size).toBe(1);
      const { data } = await stripe.paymentIntents.list();
      expect(data).toHaveLength(1);
    });
  });

  it('lists go on page by page, newest first', async () => {
    await talk(async (stripe) => {
      for (let n = 1; n <= 5; n++) await stripe.paymentIntents.create({ ...order, amount: n * 100 });
      const amounts = [];
      for await (const { amount } of stripe.paymentIntents.list({ limit: 2 })) amounts.push(amount);
      expect(amounts).toEqual([500, 400, 300, 200, 100]);
    });
  });
});
