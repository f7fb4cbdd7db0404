import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { platformSecrets } from '../src/platform-secrets.ts';
import { environmentOf, paymentProvider, processNames, runningProcesses } from '../src/service-table.ts';
import { welcome } from '../src/welcome.ts';
import { temporaryFolder } from './temporary-folder.ts';

const secrets = await platformSecrets(join(temporaryFolder(), 'secrets.json'));
const ports = Object.fromEntries(processNames.map((name, at) => [name, 4_100 + at])) as never;
const facts = {
  secrets,
  ports,
  supergraphFolder: '',
  dataDir: '/data',
  databaseUrl: () => 'postgres://x',
  amqpUrl: () => 'amqp://x',
};
const stripe = { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: 'whsec_1' };
const shown = (usesStripe: boolean) =>
  welcome({ url: 'http://x', logs: '', demo: false, stripe: usesStripe });

describe('the payment provider', () => {
  it('is the simulator unless a Stripe key is given, and the start says which', () => {
    expect(runningProcesses({})).toContain('flaky');
    expect(paymentProvider(facts, {})).toMatchObject({
      PAYMENT_PROVIDER: 'flaky',
      PROVIDER_URL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    });
    expect(shown(false)).toContain('a simulator that takes no money');
  });

  it('is Stripe with its key, and then there is no simulator', () => {
    expect(runningProcesses(stripe)).toEqual(processNames.filter((name) => name !== 'flaky'));
    expect(paymentProvider(facts, stripe)).toEqual({
      PAYMENT_PROVIDER: 'stripe',
      PROVIDER_URL: undefined,
      PROVIDER_API_KEY: 'sk_test_1',
      PROVIDER_WEBHOOK_SECRET: 'whsec_1',
    });
    expect(shown(true)).toContain('Payments go to Stripe');
  });

  it('knows the key that payments uses, and neither database nor broker', () => {
    const [service, simulator] = [environmentOf('payments', facts), environmentOf('flaky', facts)];
    expect(simulator).toMatchObject({ WEBHOOK_URL: `http://127.0.0.1:${service['PORT']}/webhooks/flaky` });
    for (const name of ['PROVIDER_API_KEY', 'PROVIDER_WEBHOOK_SECRET'])
      expect(simulator[name]).toBe(service[name]);
    for (const name of ['DATABASE_URL', 'WORKER_DATABASE_URL', 'AMQP_URL'])
      expect(simulator[name]).toBeUndefined();
  });
});
