import { z } from 'zod';

const points = (standard: number) => z.coerce.number().int().min(1).max(1_000_000_000).default(standard);

/** What may be asked per minute, in objects (an operation is one at least), and how often a secret may be tried. */
export const rateSettings = {
  /** One person, over all their devices. */
  RATE_APP: points(120_000),
  /** One service account. */
  RATE_PARTNER: points(600_000),
  /** All who are not signed in, per network. */
  RATE_NOBODY: points(6_000),
  /** Wrong passwords, codes and tokens, per account and per network, within RATE_TRIES_SECONDS. */
  RATE_TRIES_ACCOUNT: points(20),
  RATE_TRIES_NETWORK: points(100),
  RATE_TRIES_SECONDS: z.coerce.number().int().min(1).max(86_400).default(900),
  /** Where several gateways count together; without it each counts by itself. */
  RATE_DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be a postgresql:// address')
    .optional(),
};
export type RateSettings = z.infer<z.ZodObject<typeof rateSettings>>;
