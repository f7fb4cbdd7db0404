import { ConfigError, serviceConfig } from '@carethread/service-kit/config.ts';
import { z } from 'zod';
import { stripeProvider } from './provider/stripe.ts';
import type { PaymentProvider } from './provider/provider.ts';
import type { Rules } from './rules.ts';

const number = (least: number, most: number, standard: number) =>
  z.coerce.number().min(least).max(most).default(standard);

/** What is needed to talk to the provider. */
export const providerConfig = {
  /** `stripe`, or `flaky`: the simulator, which takes no money. */
  PAYMENT_PROVIDER: z.enum(['stripe', 'flaky']),
  PROVIDER_API_KEY: z.string().min(8),
  /** Signs the provider's webhooks. */
  PROVIDER_WEBHOOK_SECRET: z.string().min(8),
  /** Where the provider is; needed for the simulator, and without it Stripe's own address. */
  PROVIDER_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** How long one call to the provider may take, in milliseconds; after that the charge is unknown. */
  PROVIDER_TIMEOUT_MS: number(100, 60_000, 20_000),
  /** How old a webhook may be, in seconds. */
  WEBHOOK_TOLERANCE_SECONDS: number(1, 3_600, 300),
};

export const paymentsConfig = {
  ...serviceConfig,
  ...providerConfig,
  /** Automatic tries after a first one that failed for a passing cause. */
  PAYMENT_RETRIES: z.coerce.number().int().min(0).max(10).default(3),
  PAYMENT_RETRY_SECONDS: number(0.01, 86_400, 10),
  /** When the provider is asked about a charge it did not answer for: pauses in seconds, growing; the last is repeated. */
  PAYMENT_ASK_SECONDS: z
    .string()
    .regex(/^\d+(\.\d+)?(,\d+(\.\d+)?)*$/, 'must be numbers of seconds with commas between them')
    .default('2,5,15,60,120,600,3600,14400'),
  /** Only so long after it was sent is a charge unknown to the provider one that it never got, in seconds. */
  PAYMENT_SETTLE_SECONDS: number(0.01, 86_400, 120),
  /** How long a command waits for a ticket whose event may still be on its way, in milliseconds. */
  COPY_WAIT_MS: z.coerce.number().int().min(0).max(10_000).default(2_000),
};
export type PaymentsConfig = z.infer<z.ZodObject<typeof paymentsConfig>>;

export const rulesFrom = (config: PaymentsConfig): Rules => ({
  maxRetries: config.PAYMENT_RETRIES,
  retryAfterMs: config.PAYMENT_RETRY_SECONDS * 1000,
  askAfterMs: config.PAYMENT_ASK_SECONDS.split(',').map((seconds) => Number(seconds) * 1000),
  settleMs: config.PAYMENT_SETTLE_SECONDS * 1000,
  copyWaitMs: config.COPY_WAIT_MS,
});

export function providerFrom(config: z.infer<z.ZodObject<typeof providerConfig>>): PaymentProvider {
  if (config.PAYMENT_PROVIDER === 'flaky' && !config.PROVIDER_URL)
    throw new ConfigError('PROVIDER_URL is not set: the simulator is wherever it was started.');
  return stripeProvider({
    name: config.PAYMENT_PROVIDER,
    apiKey: config.PROVIDER_API_KEY,
    webhookSecret: config.PROVIDER_WEBHOOK_SECRET,
    url: config.PROVIDER_URL,
    timeoutMs: config.PROVIDER_TIMEOUT_MS,
    toleranceSeconds: config.WEBHOOK_TOLERANCE_SECONDS,
  });
}
